/// Query, key and value of one call, in a training step the gradient of its output, the gates of a state that has some, and the sink logits of
/// heads that have some. In a loss, hidden states and classifier.
public struct AttentionInputs: ~Copyable, Sendable {
    /// [batch, queryHeads, queryLength, headDimension]
    public var query: Tensor
    /// [batch, keyValueHeads, keyLength, headDimension]
    public var key: Tensor
    /// [batch, keyValueHeads, keyLength, headDimension]. Of one element where there are no values, or where they are a part of the keys.
    public var value: Tensor
    /// dO [batch, queryHeads, queryLength, headDimension]: how much the loss changes with each element of the output. Nil in
    /// phases without gradients.
    public var outputGradient: Tensor?
    /// Nil where the weighting has none (`Weighting.hasGates`).
    public var gates: StateGates?
    /// z [queryHeads], float32 whatever the other tensors are. Nil where heads have none (`ScoreForm.hasSinkLogits`).
    public var sinkLogits: Tensor?
    /// For each token the word that comes next. Empty in all phases but that of a loss.
    public let targets: [Int32]

    /// Zeros.
    public init(shape: AttentionShape, elementType: ElementType = .float32) {
        query = Tensor(elementType, dimensions: Self.queryDimensions(shape))
        key = Tensor(elementType, dimensions: Self.keyDimensions(shape))
        value = Tensor(elementType, dimensions: Self.keyDimensions(shape))
        outputGradient = nil
        gates = nil
        sinkLogits = nil
        targets = []
    }

    /// A caller's own tensors.
    ///
    /// - Precondition: one element type; ranks of 4; batch, heads and headDimension as in `AttentionShape`; the gradient of the
    ///   output as the query.
    public init(
        query: consuming Tensor, key: consuming Tensor, value: consuming Tensor,
        outputGradient: consuming Tensor? = nil
    ) {
        precondition(
            key.dimensions == value.dimensions && query.dimensions.count == 4 && key.dimensions.count == 4
                && query.dimensions[0] == key.dimensions[0] && query.dimensions[3] == key.dimensions[3],
            "query \(query.dimensions), key \(key.dimensions) and value \(value.dimensions) do not fit together")
        precondition(
            query.elementType == key.elementType && key.elementType == value.elementType,
            "query, key and value have one element type")
        self.query = query
        self.key = key
        self.value = value
        self.outputGradient = outputGradient
        gates = nil
        sinkLogits = nil
        targets = []
    }

    /// Of a call whose values are the first elements of its keys (`LatentValues`).
    ///
    /// - Precondition: as for a caller's own tensors.
    public init(query: consuming Tensor, latents: consuming Tensor) {
        precondition(
            query.dimensions.count == 4 && latents.dimensions.count == 4
                && query.dimensions[0] == latents.dimensions[0] && query.dimensions[3] == latents.dimensions[3]
                && query.elementType == latents.elementType,
            "query \(query.dimensions) and latents \(latents.dimensions) do not fit together")
        value = Tensor(latents.elementType, dimensions: [1, 1, 1, 1])
        self.query = query
        key = latents
        outputGradient = nil
        gates = nil
        sinkLogits = nil
        targets = []
    }

    /// Of a loss: the hidden states of tokens are the queries, and the classifier's rows of words are the keys. There are no values;
    /// a tensor of one element stands in their place, since V × D elements would be as large as the classifier.
    ///
    /// - Precondition: one element type, one hidden size, and for each token a word of the vocabulary.
    public init(hidden: consuming Tensor, classifier: consuming Tensor, targets: [Int32]) {
        let (tokens, words) = (targets.count, classifier.count / max(1, classifier.dimensions.last!))
        let size = classifier.dimensions.last!
        precondition(
            hidden.elementType == classifier.elementType && hidden.count == tokens * size,
            "hidden states \(hidden.dimensions) and classifier \(classifier.dimensions) do not fit together")
        precondition(
            targets.allSatisfy { $0 >= 0 && Int($0) < words },
            "each token has a target, which is one of \(words) words")
        hidden.reshape(to: [1, 1, tokens, size])
        classifier.reshape(to: [1, 1, words, size])
        value = Tensor(classifier.elementType, dimensions: [1, 1, 1, 1])
        query = hidden
        key = classifier
        outputGradient = nil
        gates = nil
        sinkLogits = nil
        self.targets = targets
    }

    /// Values near a standard normal (`Tensor.fillWithNormals`), the same for the same seed and shape.
    ///
    /// - Parameter withOutputGradient: draws dO too.
    public init(
        shape: AttentionShape, elementType: ElementType = .float32, seed: UInt64, withOutputGradient: Bool = false
    ) {
        self.init(shape: shape, elementType: elementType)
        query.fillWithNormals(seed: InputTensor.query.seed(of: seed))
        key.fillWithNormals(seed: InputTensor.key.seed(of: seed))
        value.fillWithNormals(seed: InputTensor.value.seed(of: seed))
        if withOutputGradient { drawOutputGradient(seed: seed) }
    }

    /// What one call of a phase reads, drawn as the other initialiser does; all of it but the next words of a loss.
    public init(of problem: AttentionProblem, _ phase: Phase, seed: UInt64) {
        let (shape, type) = (problem.shape, problem.elementType)
        if problem.latent != nil {
            var query = Tensor(type, dimensions: Self.queryDimensions(shape))
            query.fillWithNormals(seed: InputTensor.query.seed(of: seed))
            var key = Tensor(type, dimensions: Self.keyDimensions(shape))
            key.fillWithNormals(seed: InputTensor.key.seed(of: seed))
            self.init(query: query, latents: key)
            return
        }
        self.init(shape: shape, elementType: type, seed: seed, withOutputGradient: phase.givesGradients)
        if problem.weighting.hasGates { drawGates(seed: seed) }
        if problem.scoreForm.hasSinkLogits { drawSinkLogits(seed: seed) }
    }

    /// Draws dO as the other tensors are drawn.
    public mutating func drawOutputGradient(seed: UInt64) {
        var gradient = Tensor(query.elementType, dimensions: query.dimensions)
        gradient.fillWithNormals(seed: Self.outputGradientSeed(seed))
        outputGradient = consume gradient
    }

    public var hasOutputGradient: Bool {
        switch outputGradient {
        case .some: true
        case .none: false
        }
    }

    /// Draws the gates of a state, the same for the same seed.
    public mutating func drawGates(seed: UInt64) {
        gates = StateGates(shape: shape, elementType: query.elementType, seed: seed)
    }

    private var shape: AttentionShape {
        do {
            return try AttentionShape(
                batch: query.dimensions[0], queryHeads: query.dimensions[1], keyValueHeads: key.dimensions[1],
                queryLength: query.dimensions[2], keyLength: key.dimensions[2], headDimension: query.dimensions[3])
        } catch {
            preconditionFailure("inputs are of no shape: \(error)")
        }
    }

    /// Draws the sink logits of the query heads, the same for the same seed.
    public mutating func drawSinkLogits(seed: UInt64) {
        let sink = InputTensor.sinkLogits
        var logits = Tensor(.float32, dimensions: Self.sinkLogitDimensions(shape))
        logits.fillWithNormals(seed: sink.seed(of: seed))
        for head in 0..<logits.count { logits[head] = sink.element(ofNormal: logits[head]) }
        sinkLogits = consume logits
    }

    /// Lends the sink logits.
    ///
    /// - Precondition: they are there.
    public borrowing func withSinkLogits<Result>(_ body: (borrowing Tensor) -> Result) -> Result {
        switch sinkLogits {
        case .some(let logits): return body(logits)
        case .none: preconditionFailure("a call whose heads have sink logits is given them")
        }
    }

    public var hasSinkLogits: Bool {
        switch sinkLogits {
        case .some: true
        case .none: false
        }
    }

    public var hasGates: Bool {
        switch gates {
        case .some: true
        case .none: false
        }
    }

    /// Lends the gates.
    ///
    /// - Precondition: they are there.
    public borrowing func withGates<Result>(_ body: (borrowing StateGates) -> Result) -> Result {
        switch gates {
        case .some(let gates): return body(gates)
        case .none: preconditionFailure("a call whose state has gates is given them")
        }
    }

    /// Lends dO.
    ///
    /// - Precondition: it is there.
    public borrowing func withOutputGradient<Result>(_ body: (borrowing Tensor) -> Result) -> Result {
        switch outputGradient {
        case .some(let gradient): return body(gradient)
        case .none: preconditionFailure("a call that gives gradients has the gradient of its output")
        }
    }

    private static func outputGradientSeed(_ seed: UInt64) -> UInt64 { seed ^ 0x6772_6164 }

    public static func sinkLogitDimensions(_ shape: AttentionShape) -> [Int] { [shape.queryHeads] }

    public static func queryDimensions(_ shape: AttentionShape) -> [Int] {
        [shape.batch, shape.queryHeads, shape.queryLength, shape.headDimension]
    }

    public static func keyDimensions(_ shape: AttentionShape) -> [Int] {
        [shape.batch, shape.keyValueHeads, shape.keyLength, shape.headDimension]
    }
}
