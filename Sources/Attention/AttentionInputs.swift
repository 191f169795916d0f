/// Query, key and value of one call, and in a training step the gradient of its output.
public struct AttentionInputs: ~Copyable, Sendable {
    /// [batch, queryHeads, queryLength, headDimension]
    public var query: Tensor
    /// [batch, keyValueHeads, keyLength, headDimension]
    public var key: Tensor
    /// [batch, keyValueHeads, keyLength, headDimension]
    public var value: Tensor
    /// dO [batch, queryHeads, queryLength, headDimension]: how much the loss changes with each element of the output. Nil in
    /// phases without gradients.
    public var outputGradient: Tensor?

    /// Zeros.
    public init(shape: AttentionShape, elementType: ElementType = .float32) {
        query = Tensor(elementType, dimensions: Self.queryDimensions(shape))
        key = Tensor(elementType, dimensions: Self.keyDimensions(shape))
        value = Tensor(elementType, dimensions: Self.keyDimensions(shape))
        outputGradient = nil
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
    }

    /// Values near a standard normal (`Tensor.fillWithNormals`), the same for the same seed and shape.
    ///
    /// - Parameter withOutputGradient: draws dO too.
    public init(
        shape: AttentionShape, elementType: ElementType = .float32, seed: UInt64, withOutputGradient: Bool = false
    ) {
        self.init(shape: shape, elementType: elementType)
        query.fillWithNormals(seed: Self.querySeed(seed))
        key.fillWithNormals(seed: Self.keySeed(seed))
        value.fillWithNormals(seed: Self.valueSeed(seed))
        if withOutputGradient { drawOutputGradient(seed: seed) }
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

    /// Lends dO.
    ///
    /// - Precondition: it is there.
    public borrowing func withOutputGradient<Result>(_ body: (borrowing Tensor) -> Result) -> Result {
        switch outputGradient {
        case .some(let gradient): return body(gradient)
        case .none: preconditionFailure("a call that gives gradients has the gradient of its output")
        }
    }

    /// A part of what `init(shape:elementType:seed:)` makes, without the rest of it.
    public init(_ part: InputPart, of shape: AttentionShape, elementType: ElementType, seed: UInt64) {
        func tensor(heads: Range<Int>, tokens: Range<Int>, of length: Int, _ seed: UInt64) -> Tensor {
            let d = shape.headDimension
            var tensor = Tensor(elementType, dimensions: [1, heads.count, tokens.count, d])
            var place = 0
            for head in heads {
                let start = (head * length + tokens.lowerBound) * d
                for index in start..<start + tokens.count * d {
                    tensor[place] = NormalElements.element(
                        seed: seed, index: index % NormalElements.period)
                    place += 1
                }
            }
            return tensor
        }
        self.init(
            query: tensor(heads: part.queryHeads, tokens: part.queries, of: shape.queryLength, Self.querySeed(seed)),
            key: tensor(heads: part.keyValueHeads, tokens: part.keys, of: shape.keyLength, Self.keySeed(seed)),
            value: tensor(heads: part.keyValueHeads, tokens: part.keys, of: shape.keyLength, Self.valueSeed(seed)))
    }

    private static func querySeed(_ seed: UInt64) -> UInt64 { seed }
    private static func keySeed(_ seed: UInt64) -> UInt64 { seed ^ 0x6B65_79 }
    private static func valueSeed(_ seed: UInt64) -> UInt64 { seed ^ 0x7661_6C75_65 }
    private static func outputGradientSeed(_ seed: UInt64) -> UInt64 { seed ^ 0x6772_6164 }

    public static func queryDimensions(_ shape: AttentionShape) -> [Int] {
        [shape.batch, shape.queryHeads, shape.queryLength, shape.headDimension]
    }

    public static func keyDimensions(_ shape: AttentionShape) -> [Int] {
        [shape.batch, shape.keyValueHeads, shape.keyLength, shape.headDimension]
    }
}

/// Some heads of a problem, counted over batches, and some of its tokens.
public struct InputPart: Hashable, Sendable {
    public let queryHeads: Range<Int>
    public let keyValueHeads: Range<Int>
    public let queries: Range<Int>
    public let keys: Range<Int>

    public init(queryHeads: Range<Int>, keyValueHeads: Range<Int>, queries: Range<Int>, keys: Range<Int>) {
        self.queryHeads = queryHeads
        self.keyValueHeads = keyValueHeads
        self.queries = queries
        self.keys = keys
    }
}
