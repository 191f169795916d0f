import Faults
import Foundation

/// The system did not start a program.
public struct SpawnError: Fault, Hashable {
    public enum Step: Hashable, Sendable {
        case pipe, process, cpus, folder, program
        /// The file that takes the program's output.
        case log
    }

    public let invocation: Invocation
    public let step: Step
    /// The system's number for the reason.
    public let code: Int32

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String { "\(invocation.program) cannot be started: \(reason)" }

    /// Without the program's name, for messages that have it already.
    public var reason: String {
        let words = String(cString: strerror(code)).lowercased()
        return switch step {
        case .pipe where code == EMFILE, .process where code == EMFILE:
            "this process may not open more files; allow more with `ulimit -n`"
        case .pipe: "no pipe to it could be opened: \(words)"
        case .process: "the system allows no further process: \(words)"
        case .cpus: "it cannot be bound to the CPUs \(invocation.cpus): \(words)"
        case .folder: "its folder \(invocation.folder ?? ".") cannot be entered: \(words)"
        case .program where code == ENOEXEC:
            "this system cannot run it: it is a text file or a program for another machine"
        case .program: words
        case .log: "the file for its output cannot be written: \(words)"
        }
    }
}
