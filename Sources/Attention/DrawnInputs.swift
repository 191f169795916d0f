import Foundation

/// Queries, keys, values, gates and sink logits that a seed stands for. Any of their elements can be drawn without the others, so nobody has to hold
/// them: each rank draws its part, and the reference draws what a row sees.
public struct DrawnInputs: Hashable, Sendable {
    public let shape: AttentionShape
    public let elementType: ElementType
    public let seed: UInt64

    public init(of problem: AttentionProblem, seed: UInt64) {
        shape = problem.shape
        elementType = problem.elementType
        self.seed = seed
    }
}

/// One of the tensors that the forward pass reads: three, where a state has gates two more, and where heads have sink logits, these.
public enum InputTensor: Sendable {
    case query
    case key
    case value
    case logDecay
    case writingStrength
    case sinkLogits

    /// No two tensors are drawn from the same numbers.
    func seed(of seed: UInt64) -> UInt64 {
        switch self {
        case .query: seed
        case .key: seed ^ 0x6B65_79
        case .value: seed ^ 0x7661_6C75_65
        case .logDecay: seed ^ 0x6465_6361_79
        case .writingStrength: seed ^ 0x7772_6974_65
        case .sinkLogits: seed ^ 0x7369_6E6B
        }
    }

    /// What is drawn, from a number near a standard normal. Gates are near those of trained models: half of all tokens leave more
    /// than 95 % of the state, and strengths lie around one half. Sink logits differ from head to head, and most take a share that can be
    /// seen beside the scores of some thousand keys.
    func element(ofNormal number: Float) -> Float {
        switch self {
        case .query, .key, .value: number
        case .logDecay: Float(-exp(Double(number) - 3))
        case .writingStrength: Float(1 / (1 + exp(-Double(number))))
        case .sinkLogits: 4 + 2 * number
        }
    }
}

/// Where the reference reads what a call is given: tensors that somebody holds, or a seed that stands for them.
public protocol InputElements: ~Copyable {
    /// Elements by their places in the whole tensor, widened to float32.
    borrowing func elements(_ range: Range<Int>, of tensor: InputTensor) -> [Float]
}

extension AttentionInputs: InputElements {
    public borrowing func elements(_ range: Range<Int>, of tensor: InputTensor) -> [Float] {
        switch tensor {
        case .query: query.elements(range)
        case .key: key.elements(range)
        case .value: value.elements(range)
        case .logDecay: withGates { $0.logDecay.elements(range) }
        case .writingStrength: withGates { $0.writingStrength.elements(range) }
        case .sinkLogits: withSinkLogits { $0.elements(range) }
        }
    }
}

extension DrawnInputs: InputElements {
    public func elements(_ range: Range<Int>, of tensor: InputTensor) -> [Float] {
        let type = tensor == .sinkLogits ? .float32 : elementType
        let numbers = NormalElements.elements(range, seed: tensor.seed(of: seed), type)
        return switch tensor {
        case .query, .key, .value: numbers
        case .logDecay, .writingStrength, .sinkLogits: numbers.map { type.rounded(tensor.element(ofNormal: $0)) }
        }
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

extension AttentionInputs {
    /// A part of what a seed stands for, without the rest of it.
    public init(_ part: InputPart, of drawn: DrawnInputs) {
        let d = drawn.shape.headDimension
        let keys = [1, part.keyValueHeads.count, part.keys.count, d]
        self.init(
            query: Tensor(drawn.elementType, dimensions: [1, part.queryHeads.count, part.queries.count, d]),
            key: Tensor(drawn.elementType, dimensions: keys), value: Tensor(drawn.elementType, dimensions: keys))
        draw(part, of: drawn)
    }

    /// The same part of what another seed stands for, in the place of what is here.
    public mutating func draw(_ part: InputPart, of drawn: DrawnInputs) {
        let (queries, keys) = (drawn.shape.queryLength, drawn.shape.keyLength)
        let (seed, heads) = (drawn.seed, part.keyValueHeads)
        query.draw(part.queryHeads, tokens: part.queries, of: queries, seed: InputTensor.query.seed(of: seed))
        key.draw(heads, tokens: part.keys, of: keys, seed: InputTensor.key.seed(of: seed))
        value.draw(heads, tokens: part.keys, of: keys, seed: InputTensor.value.seed(of: seed))
    }
}

extension Tensor {
    /// Takes the rows of some tokens of some heads, from the tensor [heads][length][row] that a seed stands for.
    fileprivate mutating func draw(_ heads: Range<Int>, tokens: Range<Int>, of length: Int, seed: UInt64) {
        let d = dimensions[3]
        let count = tokens.count * d
        for (place, head) in heads.enumerated() {
            fillWithNormals(
                place * count..<(place + 1) * count, seed: seed, from: (head * length + tokens.lowerBound) * d)
        }
    }
}
