import Foundation

/// The control groups of this process: limits that a container or a service sets.
///
/// Version 2 has one tree with all controllers; version 1 a tree for each. A limit of any group up to the root binds,
/// so all of them are looked at. In a container the path that /proc/self/cgroup names may lie outside what is mounted;
/// the tree's root is then the container's own group.
struct ControlGroups {
    private let files: SystemFiles
    /// Folders of the version 2 tree from this process's group up to the root.
    private let unified: [String]
    private let version1: [String: [String]]

    init(_ files: SystemFiles) {
        self.files = files
        var unified: [String] = []
        var version1: [String: [String]] = [:]
        for line in (files.text("proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { continue }
            if fields[1].isEmpty {
                unified = Self.ancestors(of: fields[2])
            } else {
                for controller in fields[1].split(separator: ",") {
                    version1[String(controller)] = Self.ancestors(of: fields[2])
                }
            }
        }
        self.unified = unified
        self.version1 = version1
    }

    /// What the tightest memory limit leaves; nil without a limit. Cached files count as free where they have not been
    /// used lately: the kernel drops them first.
    var availableMemoryBytes: Int? {
        let version2 = unifiedGroups.compactMap { group in
            room(limit: group + "/memory.max", usage: group + "/memory.current", cache: (group, "inactive_file"))
        }
        let version1 = groups(of: "memory").compactMap { group in
            room(
                limit: group + "/memory.limit_in_bytes", usage: group + "/memory.usage_in_bytes",
                cache: (group, "total_inactive_file"))
        }
        return (version2 + version1).min()
    }

    private func room(limit: String, usage: String, cache: (group: String, key: String)) -> Int? {
        // "max" in version 2 and a number near 2^63 in version 1 mean that there is none.
        guard let limit = files.integer(limit), limit < 1 << 60 else { return nil }
        let cached = number(cache.key, in: cache.group + "/memory.stat") ?? 0
        return max(0, limit - max(0, (files.integer(usage) ?? 0) - cached))
    }

    /// CPUs' worth of time that the tightest quota allows; nil without a quota.
    var cpuQuota: Double? {
        let version2 = unifiedGroups.compactMap { group -> Double? in
            let words = (files.text(group + "/cpu.max") ?? "").split(separator: " ").compactMap { Double($0) }
            return words.count == 2 && words[1] > 0 ? words[0] / words[1] : nil
        }
        let version1 = groups(of: "cpu").compactMap { group -> Double? in
            guard let quota = files.integer(group + "/cpu.cfs_quota_us"), quota > 0,
                let period = files.integer(group + "/cpu.cfs_period_us"), period > 0
            else { return nil }
            return Double(quota) / Double(period)
        }
        return (version2 + version1).min()
    }

    /// How often a group of this process was stopped for having used its quota; nil where no group tells.
    var throttledPeriods: Int? {
        (unifiedGroups + groups(of: "cpu")).compactMap { number("nr_throttled", in: $0 + "/cpu.stat") }.max()
    }

    /// The number after a word, in a file with one such pair a line.
    private func number(_ key: String, in path: String) -> Int? {
        for line in (files.text(path) ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == key { return Int(words[1]) }
        }
        return nil
    }

    /// Beside version 1 trees, systemd mounts the unified one in a folder of its own.
    private var unifiedGroups: [String] {
        unified.flatMap { ["sys/fs/cgroup" + $0, "sys/fs/cgroup/unified" + $0] }
    }

    private func groups(of controller: String) -> [String] {
        (version1[controller] ?? []).map { "sys/fs/cgroup/" + controller + $0 }
    }

    /// "/a/b" gives "/a/b", "/a" and "".
    private static func ancestors(of path: String) -> [String] {
        var path = path == "/" ? "" : path
        var folders = [path]
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            folders.append(path)
        }
        return folders
    }
}
