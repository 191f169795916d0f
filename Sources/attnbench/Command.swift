import ArgumentParser
import Attention
import Faults

/// A command of attnbench: it prints its results on the console that it is given, so that tests can run it in their own
/// process.
protocol Command: ParsableCommand {
    /// - Throws: what kept the command from doing its work.
    func run(on console: Console) throws -> Verdict

    /// Whether all ranks that `mpirun` started take part; of other commands, the first one does all.
    static var takesRanks: Bool { get }
}

extension Command {
    static var takesRanks: Bool { false }
}

/// What a command found out about the things that it looked at.
enum Verdict: Equatable {
    /// Nothing is wrong, or there was nothing to judge.
    case done
    case regressed(String)
    case inconclusive(String)
    /// A kernel computed something else than the reference did.
    case wrongResult(String)
    /// An engine died, hung, or did not keep to the protocol.
    case engineFailed(String)

    var exitStatus: ExitStatus {
        switch self {
        case .done: .done
        case .regressed: .regression
        case .inconclusive: .inconclusive
        case .wrongResult: .wrongResult
        case .engineFailed: .engineFailed
        }
    }

    /// What is wrong, as one sentence.
    var complaint: String? {
        switch self {
        case .done: nil
        case .regressed(let text), .inconclusive(let text), .wrongResult(let text), .engineFailed(let text): text
        }
    }
}
