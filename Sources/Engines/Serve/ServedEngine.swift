import Attention
import Kernels

/// What can be served to another process over the protocol.
public protocol ServedEngine: AnyObject {
    var greeting: EngineGreeting { get }

    /// - Throws: `UnsupportedProblem` where the kernel does not take the problem.
    func prepare(_ kernel: String, for problem: AttentionProblem, on seat: EngineSeat) throws -> any ServedKernel
}

/// One of its kernels, ready for one problem.
public protocol ServedKernel: AnyObject {
    /// Over all batches and heads, of the last call where it counts as it goes; nil where nobody counts.
    var computedPairs: Int? { get }
    var scratchBytes: Int? { get }

    /// New contents, untimed.
    func load(_ inputs: borrowing AttentionInputs) throws
    /// What is timed.
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) throws
}
