import Foundation

/// The processes that descend from one that was started here, however far they went.
///
/// A grandchild that asks for a session of its own leaves its parent's process group, and when its parent ends it is
/// nobody's: it would go on computing beside what is measured next. What it keeps is its environment, which has a
/// variable that names its ancestors. Rejected: walking from parents to children, which loses the way when a process in
/// between has ended; a control group, which needs rights that a user's container does not give.
struct Descendants {
    static let variable = "ATTNBENCH_CHILD"

    /// The variable's value for the process itself; those that it starts in the same way have a longer one.
    let name: String

    /// - Parameters:
    ///   - number: of the process among those of this one.
    ///   - ancestors: the variable's value for this process; nil where nothing like this started it.
    init(number: Int, ancestors: String?) {
        name = (ancestors.map { $0 + "/" } ?? "") + "\(getpid()).\(number)"
    }

    /// Ends those that are left and waits, for at most two seconds, until they are gone.
    /// - Parameter group: the process group of the child, whose members are descendants too, whatever their environment.
    func end(group: Int32) {
        var killed = Set<Int32>()
        for _ in 0..<200 {
            let left = identifiers(group: group)
            for process in left { kill(process, SIGKILL) }
            killed = killed.union(left).filter { ProcessStatus($0)?.isRunning == true }
            if killed.isEmpty { return }
            usleep(10_000)
        }
    }

    /// CPU time of those that run, in seconds.
    /// - Parameter group: as for `end`.
    func cpuSeconds(group: Int32) -> Double {
        let ticks = identifiers(group: group).reduce(0) { $0 + (ProcessStatus($1)?.cpuTicks ?? 0) }
        return Double(ticks) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    }

    private func identifiers(group: Int32) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            guard let status = ProcessStatus(process), status.isRunning else { return false }
            return status.group == group || contains(process)
        }
    }

    /// A process that has ended has no environment left, and is none of these any more.
    private func contains(_ process: Int32) -> Bool {
        let bytes = ProcessFile.bytes("/proc/\(process)/environ")
        let start = Array((Self.variable + "=").utf8)
        guard let variable = bytes.split(separator: 0).first(where: { $0.starts(with: start) }) else { return false }
        let value = String(decoding: variable.dropFirst(start.count), as: UTF8.self)
        return value == name || value.hasPrefix(name + "/")
    }
}

/// What the system says of a process.
struct ProcessStatus {
    /// False for one that has ended and whose parent has not asked how: it computes nothing any more. Whoever is the
    /// parent of an orphan may never ask, such as the first process of a container.
    let isRunning: Bool
    let group: Int32
    /// CPU time of all its threads, as a program and in the system.
    let cpuTicks: Int

    /// Nil where there is no such process.
    init?(_ process: Int32) {
        // "17 (a name (with) blanks) S 1 17 …": the state, the parent and the group follow the last bracket, the two times of
        // the CPU as twelfth and thirteenth.
        let text = String(decoding: ProcessFile.bytes("/proc/\(process)/stat"), as: UTF8.self)
        guard let bracket = text.lastIndex(of: ")") else { return nil }
        let fields = text[bracket...].split(separator: " ")
        guard fields.count > 13, let group = Int32(fields[3]), let own = Int(fields[12]), let system = Int(fields[13])
        else { return nil }
        isRunning = !["Z", "X"].contains(fields[1])
        self.group = group
        cpuTicks = own + system
    }
}

/// The files in which the system describes processes.
private enum ProcessFile {
    /// Empty where there is no such file, or where it is somebody else's.
    static func bytes(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &piece, piece.count)
            if count <= 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }
}
