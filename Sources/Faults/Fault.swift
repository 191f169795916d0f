/// An error of this project: a sentence for the person who reads it, and a number for the shell.
///
/// Every error type states its own status where it is declared, so that none can be forgotten. Only faults are thrown:
/// what a command found out, such as a regression, is a result and is returned.
public protocol Fault: Error, CustomStringConvertible {
    var exitStatus: ExitStatus { get }
}

/// How the program ends, as the shell sees it. Scripts rely on the numbers.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    /// Something broke that the user's input did not cause.
    case internalFailure = 1
    /// The input is wrong, or asks for what cannot be done.
    case usage = 2
    case regression = 3
    case inconclusive = 4
    /// There is no baseline, or one that cannot be compared with.
    case baselineMissing = 5
    /// The machine is too busy to be measured on.
    case unfit = 6
    case wrongResult = 7
    /// An engine that is measured died, or refused what the baseline measured.
    case engineFailed = 8
}
