import Faults
import Foundation

/// What the operating system refused, as its number.
public struct SystemError: Fault, Hashable {
    public let code: Int32

    public init(code: Int32) { self.code = code }

    /// Of the call that failed just now.
    public static var last: SystemError { SystemError(code: errno) }

    public var exitStatus: ExitStatus { .internalFailure }

    /// "no space left on device".
    public var description: String { String(cString: strerror(code)).lowercased() }

    /// Whether there is no room, on the disk or in what this user may have of it.
    var isLackOfRoom: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }
}

/// A file or a folder that could not be written, and what can be done.
public struct UnwritableFile: Fault, Hashable {
    public let path: String
    public let cause: SystemError

    public init(path: String, cause: SystemError) {
        self.path = path
        self.cause = cause
    }

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String {
        let remedy =
            if cause.isLackOfRoom {
                "free space on its disk, or choose another place"
            } else if cause.code == EMFILE {
                "allow more with `ulimit -n`"
            } else {
                "choose another place"
            }
        return "cannot write \(path): \(cause); \(remedy)"
    }
}

extension SystemError {
    /// What Foundation wrapped in an error of its own, whose sentences ("The operation couldn't be completed") name no
    /// cause. An input/output error stands for what has no number of the system's.
    public init(_ error: any Error) {
        let cause = (error as? CocoaError)?.underlying as? POSIXError
        self.init(code: (cause ?? error as? POSIXError)?.code.rawValue ?? EIO)
    }
}
