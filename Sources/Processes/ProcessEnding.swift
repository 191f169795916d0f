import Foundation

/// How a process came to its end.
public enum ProcessEnding: Hashable, Sendable, CustomStringConvertible {
    case exited(status: Int32)
    case signalled(number: Int32)

    public var isSuccess: Bool { self == .exited(status: 0) }

    /// A clause that follows the process's name: "ended with status 2".
    public var description: String {
        switch self {
        case .exited(let status): return "ended with status \(status)"
        case .signalled(let number):
            let name = strsignal(number).map { String(cString: $0) } ?? "unknown"
            let hint = number == SIGKILL ? ", which the system sends when memory runs out" : ""
            return "was ended by signal \(number) (\(name))\(hint)"
        }
    }
}
