import Attention

/// What a long context costs in training: memory besides weights, and FLOPs against a shorter context.
public struct TrainingMemory: Sendable, Hashable {
    public let model: Model
    public let tokens: Int

    public init(_ model: Model, tokens: Int) {
        self.model = model
        self.tokens = tokens
    }

    /// Gradient checkpointing keeps each layer's input and recomputes the rest; offloaded to the host it is
    /// layers · hidden · 2 bytes a token.
    public var checkpointBytes: Double { Double(model.layers.count) * Double(model.hidden) * 2 * Double(tokens) }

    /// The n × n scores of one layer, all heads, where a kernel writes them out.
    public func scoreMatrixBytes(bytesPerElement: Int) -> Double {
        Double(model.attention.queryHeads) * Double(tokens) * Double(tokens) * Double(bytesPerElement)
    }

    /// Which parameters multiply a token.
    public enum ParameterConvention: Sendable, Hashable {
        /// 6 · N with every parameter, as papers quote it.
        case all
        /// Without the input embedding, which is looked up.
        case multiplied
    }

    /// FLOPs of training on one token of a sequence of `tokens`: forward and twice that backward,
    /// 3 · (2 · N + attention).
    public static func flopsPerToken(
        _ model: Model, tokens: Int, counting convention: ParameterConvention = .multiplied
    ) -> Double {
        let count = model.parameterCount
        let embedding = count.tiedEmbeddings ? 0 : count.vocabularyTable
        let parameters =
            switch convention {
            case .all: Double(count.active + embedding)
            case .multiplied: Double(count.active)
            }
        let attention = AttentionShare(model).attentionFLOPs(tokens: tokens) / Double(tokens)
        return 3 * (2 * parameters + attention)
    }
}
