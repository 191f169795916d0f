import Attention
import Kernels
import Records

/// A kernel that an engine has made ready, and what the measuring side knows of the inputs that it was given.
///
/// An output is compared with the inputs that the kernel was given, never with what its engine says that it has.
public final class LoadedKernel {
    public let workload: Workload
    public let engine: any Engine
    private var content: Content

    private enum Content {
        /// Whole tensors, which the measuring side keeps.
        case tensors(any PreparedKernel, SharedInputs)
        /// A seed, from which the measuring side draws what it compares with.
        case drawn(any DrawingKernel, DrawnInputs)
    }

    /// On tensors of any contents.
    ///
    /// - Parameter inputs: asked for once, by the engine.
    public init(_ workload: Workload, on engine: any Engine, inputs: () -> SharedInputs) throws(EngineError) {
        (self.workload, self.engine) = (workload, engine)
        content = try Self.tensors(workload, engine, inputs)
    }

    /// On what is drawn from a seed, as whole tensors unless the engine draws it itself.
    ///
    /// - Parameter inputs: those of this seed; asked for once, by an engine that takes tensors.
    public init(
        _ workload: Workload, on engine: any Engine, seed: UInt64, inputs: () -> SharedInputs
    ) throws(EngineError) {
        (self.workload, self.engine) = (workload, engine)
        if let drawing = engine as? any DrawingEngine {
            content = .drawn(
                try drawing.prepare(workload, seed: seed), DrawnInputs(of: workload.problem, seed: seed))
        } else {
            content = try Self.tensors(workload, engine, inputs)
        }
    }

    private static func tensors(
        _ workload: Workload, _ engine: any Engine, _ inputs: () -> SharedInputs
    ) throws(EngineError) -> Content {
        var given: SharedInputs?
        let prepared = try engine.prepare(workload) {
            let inputs = given ?? inputs()
            given = inputs
            return inputs
        }
        guard let given else {
            preconditionFailure("\(engine.identity.name) has not asked for the inputs of \(workload)")
        }
        return .tensors(prepared, given)
    }

    public var prepared: any TimedKernel {
        switch content {
        case .tensors(let kernel, _): kernel
        case .drawn(let kernel, _): kernel
        }
    }

    /// Nil where nobody holds them.
    public var inputs: SharedInputs? {
        guard case .tensors(_, let inputs) = content else { return nil }
        return inputs
    }

    /// Other contents, untimed.
    public func load(_ inputs: SharedInputs) throws(EngineError) {
        guard case .tensors(let kernel, _) = content else {
            throw .unsupported(
                UnsupportedProblem("\(workload.kernel) draws its inputs from a seed, and takes no tensors"))
        }
        content = .tensors(kernel, inputs)
        try kernel.load(inputs)
    }

    /// What another seed gives, untimed.
    public func load(seed: UInt64) throws(EngineError) {
        switch content {
        case .tensors: try load(SharedInputs(for: workload, seed: seed))
        case .drawn(let kernel, _):
            content = .drawn(kernel, DrawnInputs(of: workload.problem, seed: seed))
            try kernel.draw(seed: seed)
        }
    }

    /// The same contents, from where others hold them too.
    public func adopt(_ inputs: SharedInputs) {
        guard case .tensors(let kernel, _) = content else { return }
        content = .tensors(kernel, inputs)
        kernel.adopt(inputs)
    }

    public func sample(_ batch: Batch) throws(EngineError) -> Sample { try prepared.sample(batch) }

    /// How far the output of the last call is from what it has to be for the inputs that the kernel was given.
    public func accuracy(_ rows: Oracle.Rows = .all) throws(EngineError) -> Accuracy {
        let oracle = Oracle(workload.phase, workload.problem, prepared.allowance)
        switch content {
        case .tensors(let kernel, let inputs):
            return try kernel.withOutput { oracle.expected(for: inputs.tensors, rows).accuracy(of: $0) }
        case .drawn(let kernel, let inputs):
            let expected = oracle.expected(for: inputs, rows)
            return try kernel.withOutput(of: expected.rows) { expected.accuracy(ofRows: $0) }
        }
    }
}

/// What cells of one shape and element type read: Q, K and V (or Q and latents), in a training step the gradient of the output, the gates of
/// a state, and sink logits; in a loss hidden states, classifier and next words. Cells share them, since a kernel only reads them.
public final class SharedInputs {
    public let tensors: AttentionInputs

    public init(for problem: AttentionProblem, _ phase: Phase = .prefill, seed: UInt64) {
        if phase == .loss {
            tensors = .predictions(for: problem, seed: seed)
            return
        }
        tensors = AttentionInputs(of: problem, phase, seed: seed)
    }

    public convenience init(for workload: Workload, seed: UInt64) {
        self.init(for: workload.problem, workload.phase, seed: seed)
    }

    public init(_ tensors: consuming AttentionInputs) { self.tensors = tensors }
}
