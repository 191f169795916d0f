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
    func end() {
        var killed = Set<Int32>()
        for _ in 0..<200 {
            let left = identifiers()
            for process in left { kill(process, SIGKILL) }
            killed = killed.union(left).filter(isUnreaped)
            if left.isEmpty, killed.isEmpty { return }
            usleep(10_000)
        }
    }

    /// Takes in the end of a process that has become a child of this one, since its own parent has ended. Until then it
    /// is a zombie, which has no environment any more but is still there for everybody who waits for any child.
    private func isUnreaped(_ process: Int32) -> Bool {
        waitpid(process, nil, WNOHANG) != process && kill(process, 0) == 0
    }

    private func identifiers() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter(contains)
    }

    /// A process that has ended has no environment left, and is none of these any more.
    private func contains(_ process: Int32) -> Bool {
        let descriptor = open("/proc/\(process)/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &piece, piece.count)
            if count <= 0 { break }
            bytes += piece[..<count]
        }
        let start = Array((Self.variable + "=").utf8)
        guard let variable = bytes.split(separator: 0).first(where: { $0.starts(with: start) }) else { return false }
        let value = String(decoding: variable.dropFirst(start.count), as: UTF8.self)
        return value == name || value.hasPrefix(name + "/")
    }
}
