/// What a model is doing when it attends. The phase decides what one call reads, what it writes, and how much it computes.
public enum Phase: String, Codable, Sendable, CaseIterable {
    /// Reading a prompt: every token is a query.
    case prefill
    /// Writing: one query a step, the last token, against all that is cached.
    case decode
    /// The backward half of a training step: the gradients of Q, K and V, from the gradient of the output. The forward half has
    /// been computed before the call, and has left the output and the log-sum-exp of each row.
    case backward
    /// Both halves of a training step in one call: the forward pass, then the backward pass.
    case training
    /// A training step that does not keep what the forward pass computed (gradient checkpointing, Chen et al. 2016): the forward pass,
    /// the forward pass again, then the backward pass.
    case checkpointed
    /// The loss of a language model's last layer and its gradients, in one call. The hidden states of tokens are the queries, and the
    /// words of the vocabulary are the keys: see `AttentionProblem.loss`.
    case loss
}

extension Phase {
    /// Products over the pairs of one call, by the convention of the field (flash-attention's benchmarks). The forward pass has
    /// two, for scores and outputs. The backward pass has five, since it computes the scores again. How many products a kernel
    /// really has does not matter here. A loss has three: one for the logits, and one for each of two gradients, from logits that
    /// were kept.
    public var productsPerPair: Int {
        self == .loss ? 3 : 2 * forwardPasses + (givesGradients ? 5 : 0)
    }

    /// Forward passes in one call.
    public var forwardPasses: Int {
        switch self {
        case .prefill, .decode, .training, .loss: 1
        case .backward: 0
        case .checkpointed: 2
        }
    }

    /// Whether a call takes the gradient of the output and gives those of Q, K and V.
    public var givesGradients: Bool {
        switch self {
        case .prefill, .decode, .loss: false
        case .backward, .training, .checkpointed: true
        }
    }

    /// Whether a call computes attention's output, and nothing else.
    public var givesOutput: Bool { self == .prefill || self == .decode }

    /// Whether keys and values are read from a cache, of a format of its own.
    public var hasCache: Bool { self == .decode }

    /// How many tensors of the size of Q, K, V and O are there for each of these: itself, and where there are gradients, its
    /// gradient.
    public var tensorsPerOperand: Int { givesGradients ? 2 : 1 }

    /// What the names of this program's kernels of a phase begin with: nothing for prompts.
    public var kernelPrefix: String {
        switch self {
        case .prefill: ""
        case .loss: "cross-entropy-"
        case .decode, .backward, .training, .checkpointed: rawValue + "-"
        }
    }

    /// Queries of a call over so many keys, in a sweep.
    public func queryLength(keyLength: Int) -> Int { self == .decode ? 1 : keyLength }
}

/// A tensor that a call reads or writes.
public struct CallTensor: Hashable, Sendable {
    /// As engines are told it.
    public let name: String
    public let elementType: ElementType
    public let dimensions: [Int]

    public init(_ name: String, _ elementType: ElementType, dimensions: [Int]) {
        self.name = name
        self.elementType = elementType
        self.dimensions = dimensions
    }

    public var count: Int { dimensions.reduce(1, *) }
    public var byteCount: Int { count * elementType.byteCount }
}

extension Phase {
    /// What a call reads.
    public func inputs(of problem: AttentionProblem) -> [CallTensor] {
        let (shape, type) = (problem.shape, problem.elementType)
        let (queries, keys) = (AttentionInputs.queryDimensions(shape), AttentionInputs.keyDimensions(shape))
        if self == .loss {
            return [
                CallTensor("hidden", type, dimensions: queries), CallTensor("classifier", type, dimensions: keys),
                CallTensor("targets", .float32, dimensions: [shape.queryLength]),
            ]
        }
        var inputs = [CallTensor("query", type, dimensions: queries), CallTensor("key", type, dimensions: keys)]
        if problem.latent == nil { inputs.append(CallTensor("value", type, dimensions: keys)) }
        if givesGradients { inputs.append(CallTensor("outputGradient", type, dimensions: queries)) }
        if problem.scoreForm.hasSinkLogits {
            inputs.append(
                CallTensor("sinkLogits", .float32, dimensions: AttentionInputs.sinkLogitDimensions(shape)))
        }
        if problem.weighting.hasGates {
            let gates = StateGates.dimensions(shape)
            inputs += [
                CallTensor("logDecay", type, dimensions: gates), CallTensor("writingStrength", type, dimensions: gates),
            ]
        }
        return inputs
    }

    /// The place of the sink logits among the inputs: behind Q, K, V and dO.
    public var sinkLogitsPlace: Int { givesGradients ? 4 : 3 }

    /// What a call writes: one tensor, or several of one type that lie one after the other in the memory of one. Losses and their
    /// gradients are float32 for every type of inputs, since they are sums over all words or all tokens.
    public func outputs(of problem: AttentionProblem) -> [CallTensor] {
        let (shape, type) = (problem.shape, problem.elementType)
        let (queries, keys) = (AttentionInputs.queryDimensions(shape), AttentionInputs.keyDimensions(shape))
        switch self {
        case .prefill, .decode: return [CallTensor("output", type, dimensions: problem.outputDimensions)]
        case .backward, .training, .checkpointed:
            return [
                CallTensor("queryGradient", type, dimensions: queries),
                CallTensor("keyGradient", type, dimensions: keys),
                CallTensor("valueGradient", type, dimensions: keys),
            ]
        case .loss:
            return [
                CallTensor("hiddenGradient", .float32, dimensions: queries),
                CallTensor("classifierGradient", .float32, dimensions: keys),
                CallTensor("losses", .float32, dimensions: [shape.queryLength]),
            ]
        }
    }

    /// Memory for all that a call writes, zeroed. Every engine, check and gate so handles one tensor, whatever the phase.
    public func output(of problem: AttentionProblem) -> Tensor {
        let outputs = outputs(of: problem)
        return Tensor(
            outputs[0].elementType,
            dimensions: outputs.count == 1 ? outputs[0].dimensions : [outputs.reduce(0) { $0 + $1.count }])
    }

    /// Bytes of what a call reads, as its caller gives it.
    public func inputBytes(of problem: AttentionProblem) -> Int {
        inputs(of: problem).reduce(0) { $0 + $1.byteCount }
    }

    /// Bytes of what a call reads and writes, as a caller gives and takes it; a cache in another format comes on top.
    public func tensorBytes(of problem: AttentionProblem) -> Int {
        inputBytes(of: problem) + outputs(of: problem).reduce(0) { $0 + $1.byteCount }
    }
}
