import Attention
import CActivations

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
