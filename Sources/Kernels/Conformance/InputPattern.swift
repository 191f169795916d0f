import Attention
import CActivations

/// How inputs are made hard. Non-finite values stand in one place, so that the rows that must not be touched by them
/// are seen too.
public enum InputPattern: String, Sendable, CaseIterable {
    case normal
    /// Scores of ±10⁴ before scaling.
    case extremeLogits = "extreme-logits"
    /// One key along each query: its weight is 1, all others' are 0.
    case oneHot = "one-hot"
    case queryNaN = "query-nan"
    case keyNaN = "key-nan"
    case keyInfinite = "key-infinite"
    case keyNegativeInfinite = "key-negative-infinite"
    case valueNaN = "value-nan"
    case valueInfinite = "value-infinite"
    /// Scores beyond 2³¹ in float32 and bfloat16.
    case hugeScores = "huge-scores"
    /// Values whose sums are beyond float32 and whose means are not.
    case hugeValues = "huge-values"
    /// Values that are denormal in part.
    case tinyValues = "tiny-values"
    /// Every key in the first half −inf: rows that see nothing else have no finite score.
    case scoresAllNegativeInfinite = "all-scores-negative-infinite"
    case outputGradientNaN = "output-gradient-nan"
    case outputGradientInfinite = "output-gradient-infinite"

    /// Whether all inputs are finite numbers, and their scores and sums within what float32 holds.
    public var isFinite: Bool { [.normal, .extremeLogits, .oneHot].contains(self) }

    /// Those that calls of a phase can meet.
    static func all(for phase: Phase) -> [InputPattern] { allCases.filter { phase.givesGradients || !$0.isOfGradient } }

    /// Whether the gradient of the output is what is hard.
    private var isOfGradient: Bool { [.outputGradientNaN, .outputGradientInfinite].contains(self) }

    /// Whether it is values that are hard.
    var isOfValues: Bool { [.valueNaN, .valueInfinite, .hugeValues, .tinyValues].contains(self) }

    /// - Parameter withOutputGradient: draws dO too, which patterns of it need.
    public func makeInputs(
        shape: AttentionShape, elementType: ElementType = .float32, seed: UInt64, withOutputGradient: Bool = false
    ) -> AttentionInputs {
        var inputs = AttentionInputs(
            shape: shape, elementType: elementType, seed: seed, withOutputGradient: withOutputGradient)
        let d = shape.headDimension
        let row = shape.queryLength / 3
        let key = shape.keyLength / 2
        switch self {
        case .normal:
            break
        case .extremeLogits:
            inputs.query.scale(by: 35)
            inputs.key.scale(by: 35)
        case .oneHot:
            for group in 0..<shape.batch * shape.keyValueHeads {
                for key in max(0, shape.firstPosition)..<shape.keyLength {
                    let query = group * shape.groupSize * shape.queryLength + key - shape.firstPosition
                    for x in 0..<d {
                        inputs.key[(group * shape.keyLength + key) * d + x] = 20 * inputs.query[query * d + x]
                    }
                }
            }
        case .hugeScores:
            inputs.query.scale(by: elementType == .float16 ? 1e4 : 1e6)
            inputs.key.scale(by: elementType == .float16 ? 1e4 : 1e6)
        case .hugeValues:
            for index in 0..<inputs.value.count { inputs.value[index] = elementType == .float16 ? 6e4 : 3e38 }
        case .tinyValues: inputs.value.scale(by: elementType == .float16 ? 0x1p-16 : 0x1p-124)
        case .queryNaN: inputs.query[row * d] = .nan
        case .keyNaN: inputs.key[key * d + d / 2] = .nan
        case .keyInfinite: inputs.key[key * d + d / 2] = .infinity
        case .keyNegativeInfinite: inputs.key[key * d] = -.infinity
        case .valueNaN: inputs.value[key * d + d - 1] = .nan
        case .valueInfinite: inputs.value[key * d] = -.infinity
        case .scoresAllNegativeInfinite:
            for index in 0..<inputs.query.count { inputs.query[index] = abs(inputs.query[index]) + 0.1 }
            for index in 0..<key * d { inputs.key[index] = -.infinity }
        case .outputGradientNaN: inputs.outputGradient![row * d] = .nan
        case .outputGradientInfinite: inputs.outputGradient![row * d + d / 2] = .infinity
        }
        return inputs
    }
}

extension Tensor {
    fileprivate mutating func scale(by factor: Float) {
        for index in 0..<count { self[index] *= factor }
    }
}

/// Queries, keys and values that a model really computed: layer 3 of all-MiniLM-L6-v2 (Apache-2.0) reading the first 512
/// tokens of the GNU GPL v3, 12 heads of 32. Not normal: maxima past five standard deviations, keys whose channels have
/// means of their own, and rows whose softmax is nearly one-hot.
public enum RealActivations {
    public static let heads = Int(ACTIVATION_HEADS)
    public static let tokens = Int(ACTIVATION_TOKENS)
    public static let headDimension = Int(ACTIVATION_CHANNELS)

    public static func inputs() -> AttentionInputs {
        AttentionInputs(
            query: tensor(activations_query()), key: tensor(activations_key()), value: tensor(activations_value()))
    }

    private static func tensor(_ elements: UnsafePointer<Float>) -> Tensor {
        var tensor = Tensor(dimensions: [1, heads, tokens, headDimension])
        tensor.withMutableFloats { floats in
            for index in floats.indices { floats[index] = elements[index] }
        }
        return tensor
    }
}
