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

    /// What the tightest memory limit leaves; nil without a limit.
    var availableMemoryBytes: Int? {
        let limits =
            groups("memory").map { ($0 + "/memory.max", $0 + "/memory.current") }
            + groups1("memory").map { ($0 + "/memory.limit_in_bytes", $0 + "/memory.usage_in_bytes") }
        return limits.compactMap { limit, usage in
            // "max" in version 2 and a number near 2^63 in version 1 mean that there is none.
            guard let limit = files.integer(limit), limit < 1 << 60 else { return nil }
            return max(0, limit - (files.integer(usage) ?? 0))
        }.min()
    }

    /// CPUs' worth of time that the tightest quota allows; nil without a quota.
    var cpuQuota: Double? {
        let version2 = groups("cpu").compactMap { group -> Double? in
            let words = (files.text(group + "/cpu.max") ?? "").split(separator: " ").compactMap { Double($0) }
            return words.count == 2 && words[1] > 0 ? words[0] / words[1] : nil
        }
        let version1 = groups1("cpu").compactMap { group -> Double? in
            guard let quota = files.integer(group + "/cpu.cfs_quota_us"), quota > 0,
                let period = files.integer(group + "/cpu.cfs_period_us"), period > 0
            else { return nil }
            return Double(quota) / Double(period)
        }
        return (version2 + version1).min()
    }

    /// How often a group of this process was stopped for having used its quota; nil where no group tells.
    var throttledPeriods: Int? {
        (groups("cpu") + groups1("cpu")).compactMap { group in
            files.text(group + "/cpu.stat").flatMap { text in
                text.split(separator: "\n").first { $0.hasPrefix("nr_throttled ") }
                    .flatMap { Int($0.dropFirst("nr_throttled ".count)) }
            }
        }.max()
    }

    private func groups(_ controller: String) -> [String] {
        // Beside version 1 trees, systemd mounts the unified one in a folder of its own.
        unified.flatMap { ["sys/fs/cgroup" + $0, "sys/fs/cgroup/unified" + $0] }
    }

    private func groups1(_ controller: String) -> [String] {
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
