import Attention
import Records

/// A kernel that an engine has made ready, and the inputs that it was given.
///
/// The measuring side keeps the inputs here: an output is compared with the inputs that the kernel was given, never with what its
/// engine says that it has.
public final class LoadedKernel {
    public let workload: Workload
    public let engine: any Engine
    public let prepared: any PreparedKernel
    public private(set) var inputs: SharedInputs

    /// - Parameter inputs: asked for once, by the engine.
    public init(_ workload: Workload, on engine: any Engine, inputs: () -> SharedInputs) throws(EngineError) {
        var given: SharedInputs?
        (self.workload, self.engine) = (workload, engine)
        prepared = try engine.prepare(workload) {
            let inputs = given ?? inputs()
            given = inputs
            return inputs
        }
        guard let given else {
            preconditionFailure("\(engine.identity.name) has not asked for the inputs of \(workload)")
        }
        self.inputs = given
    }

    /// Other contents, untimed.
    public func load(_ inputs: SharedInputs) throws(EngineError) {
        self.inputs = inputs
        try prepared.load(inputs)
    }

    /// The same contents, from where others hold them too.
    public func adopt(_ inputs: SharedInputs) {
        self.inputs = inputs
        prepared.adopt(inputs)
    }

    public func sample(_ batch: Batch) throws(EngineError) -> Sample { try prepared.sample(batch) }

    /// Lends the output of the last call with the inputs that it has to fit.
    public func withOutput<Result>(
        _ body: (borrowing AttentionInputs, borrowing Tensor) -> Result
    ) throws(EngineError) -> Result {
        try prepared.withOutput { body(inputs.tensors, $0) }
    }
}

/// What cells of one shape and element type read: Q, K and V, and in a training step the gradient of the output. Cells share
/// them, since a kernel only reads them.
public final class SharedInputs {
    public let tensors: AttentionInputs

    public init(for problem: AttentionProblem, _ phase: Phase = .prefill, seed: UInt64) {
        tensors = AttentionInputs(
            shape: problem.shape, elementType: problem.elementType, seed: seed,
            withOutputGradient: phase.givesGradients)
    }

    public convenience init(for workload: Workload, seed: UInt64) {
        self.init(for: workload.problem, workload.phase, seed: seed)
    }

    public init(_ tensors: consuming AttentionInputs) { self.tensors = tensors }
}
