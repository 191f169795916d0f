import Attention

/// How much of a causal prefill's work is attention, inside the layers: embeddings and output head are left out on both
/// sides.
public struct AttentionShare: Sendable, Hashable {
    public let model: Model

    public init(_ model: Model) { self.model = model }

    public func attentionFLOPs(tokens: Int) -> Double {
        model.layerKinds.reduce(0) { $0 + Double($1.count) * $1.attention.prefillFLOPs(tokens: tokens) }
    }

    public func linearFLOPs(tokens: Int) -> Double {
        2 * Double(model.parameterCount.activeInLayers) * Double(tokens)
    }

    /// Attention over all work in the layers, in 0…1.
    public func share(tokens: Int) -> Double {
        let attention = attentionFLOPs(tokens: tokens)
        return attention / (attention + linearFLOPs(tokens: tokens))
    }

    /// n*: the context from which attention costs more than the matrices; nil where windows keep it below for ever.
    public var overtakes: Int? {
        let limit = 1 << 30
        guard share(tokens: limit) >= 0.5 else { return nil }
        var (below, above) = (0, limit)
        while above - below > 1 {
            let middle = (below + above) / 2
            if share(tokens: middle) < 0.5 { below = middle } else { above = middle }
        }
        return above
    }
}
