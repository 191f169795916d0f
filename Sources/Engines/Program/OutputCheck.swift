import Attention
import Faults
import Kernels

/// Whether an engine's kernel is right: before it is timed, and again after the last round, when it gets other contents.
///
/// The second check is what finds a kernel that remembers an answer, folds constants, or computes where nobody looks at the
/// clock. Rejected: checking each sample's output, which costs more than the samples.
public struct OutputCheck {
    private let kernel: ProgramKernel
    private let tolerance: Double

    /// Others' exponentials and roundings differ from ours: they get twice our own bound.
    public static let defaultTolerance = 4.0

    /// - Parameter tolerance: times the error of the plain loops.
    public init(_ kernel: ProgramKernel, tolerance: Double = defaultTolerance) {
        self.kernel = kernel
        self.tolerance = tolerance
    }

    /// Holds the output of the last call against the reference.
    /// - Parameter inputs: what was loaded before that call.
    @discardableResult
    public func first(_ inputs: borrowing AttentionInputs) throws -> Accuracy {
        try hold(try kernel.write(), against: inputs, at: .first)
    }

    /// Loads other contents, and asks for the output before and after a call.
    @discardableResult
    public func last(seed: UInt64) throws -> Accuracy {
        let problem = kernel.problem
        let inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: seed)
        try kernel.load(inputs)
        // An engine may well refuse this, and then it has computed nothing.
        if let early = try kernel.writeIfWilling(), accuracy(early, inputs).isAccepted {
            throw WrongOutput(moment: .withoutCall, accuracy: accuracy(early, inputs))
        }
        _ = try kernel.sample(calls: 1, isTimed: false)
        return try hold(try kernel.write(), against: inputs, at: .last)
    }

    private func hold(
        _ output: borrowing Tensor, against inputs: borrowing AttentionInputs, at moment: WrongOutput.Moment
    ) throws(WrongOutput) -> Accuracy {
        let accuracy = accuracy(output, inputs)
        guard accuracy.isAccepted else { throw WrongOutput(moment: moment, accuracy: accuracy) }
        return accuracy
    }

    private func accuracy(_ output: borrowing Tensor, _ inputs: borrowing AttentionInputs) -> Accuracy {
        Accuracy(
            of: output, for: kernel.problem, inputs, rows: Accuracy.sampledRows(of: kernel.problem, seed: 1),
            tolerance: tolerance)
    }
}

/// An engine's kernel computes something else than the reference.
public struct WrongOutput: Fault, Hashable {
    public enum Moment: Hashable, Sendable {
        case first, last
        /// There was an output for contents that no call had seen.
        case withoutCall
    }

    public let moment: Moment
    public let accuracy: Accuracy

    public var exitStatus: ExitStatus { .wrongResult }

    public var description: String {
        switch moment {
        case .first: "its output is wrong: \(error)"
        case .last: "its output is wrong with other contents than at first: \(error); it may remember an answer"
        case .withoutCall:
            "it had the output for new contents before any call was timed; it computes outside of its calls"
        }
    }

    private var error: String {
        "an error of \(accuracy.maximumError) where \(accuracy.bound) is allowed, in row \(accuracy.worst.row) of head "
            + "\(accuracy.worst.head)"
    }
}
