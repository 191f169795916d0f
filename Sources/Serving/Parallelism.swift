/// Ways to split a model over P accelerators: what each splits, what it moves, and when moving hides behind computing.
///
/// Bytes are those that one accelerator sends for one layer, activations in 16 bits. b = 2, D = hidden.
public enum Parallelism: String, Sendable, Hashable, CaseIterable {
    /// Heads and matrices (Megatron): two ring all-reduces of the activations a layer.
    case tensor
    /// Layers: activations once at each of P − 1 borders.
    case pipeline
    /// Tokens, with keys and values passed round (Ring Attention, arXiv 2310.01889).
    case ring
    /// Tokens, exchanged for heads around attention (DeepSpeed-Ulysses, arXiv 2309.14509).
    case ulysses

    public var name: String {
        switch self {
        case .tensor: "tensor"
        case .pipeline: "pipeline"
        case .ring: "context, ring"
        case .ulysses: "context, Ulysses"
        }
    }

    public var shards: String {
        switch self {
        case .tensor: "weights, KV by head"
        case .pipeline: "weights, KV by layer"
        case .ring: "KV by token"
        case .ulysses: "KV by token or head"
        }
    }

    /// The most accelerators before the cache is copied instead of split; nil where tokens are the only limit. Ulysses
    /// exchanges the heads of keys and values, which latent attention expands to one for each query head.
    public func limit(of model: Model) -> Int? {
        switch (self, model.attention) {
        case (.tensor, _): model.attention.shardableHeads
        case (.ulysses, .grouped): model.attention.shardableHeads
        case (.ulysses, .latent): model.attention.queryHeads
        case (.pipeline, _): model.layers.count
        case (.ring, _): nil
        }
    }

    /// Bytes that one accelerator sends for one layer and one token of a prefill of `tokens`, averaged over the
    /// sequence.
    public func prefillBytesPerLayerAndToken(_ model: Model, count: Int) -> Double {
        let others = Double(count - 1) / Double(count)
        let activation = Double(model.hidden) * 2
        return switch self {
        case .tensor: 2 * 2 * others * activation
        case .pipeline: Double(count - 1) / Double(model.layers.count) * activation
        case .ring: others * keyValueBytes(model)
        case .ulysses: others * Double(model.attention.prefillElementsPerToken) * 2 / Double(count)
        }
    }

    /// Tokens on each accelerator from which passing keys and values round hides behind the attention on them:
    /// computing 4·d·H·c² FLOPs takes at least as long as sending 2·c·Hkv·d·b bytes, so c ≥ F·b / (2·g·BW) for
    /// grouped heads. Nil where nothing can hide (an all-reduce stands between two matrices that need its result).
    public func tokensToHide(_ model: Model, flopsPerSecond: Double, bytesPerSecond: Double) -> Double? {
        guard self == .ring else { return nil }
        let secondsPerPair = Double(model.attention.prefillFLOPsPerPair) / flopsPerSecond
        return keyValueBytes(model) / bytesPerSecond / secondsPerPair
    }

    /// Share of the time that accelerators work in a causal ring whose ranks hold consecutive tokens: rank r has r + 1
    /// of P steps to do. Zigzag orders give the first and last piece to one rank and bring it back to 1.
    public static func naiveCausalRingEfficiency(count: Int) -> Double { Double(count + 1) / Double(2 * count) }

    /// Keys and values of one token in one layer, 16 bits.
    private func keyValueBytes(_ model: Model) -> Double { Double(model.attention.cachedElementsPerToken) * 2 }
}
