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

/// What one of P accelerators holds under tensor parallelism: heads and matrices are split, but a head is never cut.
///
/// With more accelerators than key/value heads, or a number that does not divide them, some hold a copy. A latent vector is
/// read by every head, so that each accelerator holds all of it.
public struct TensorShard: Sendable, Hashable {
    public let count: Int
    public let weightBytes: Double
    /// Of one sequence.
    public let cacheBytes: Double
    /// How many times the cache is held in all, 1 where it is split without a rest.
    public let copies: Double
    /// Query heads divide evenly, which engines insist on.
    public let dividesQueryHeads: Bool

    public init(_ cache: KVCache, tokens: Int, count: Int) {
        precondition(count >= 1, "a model lies on at least one accelerator")
        self.count = count
        weightBytes = cache.model.weightBytes / Double(count)
        let held = cache.model.layerKinds.reduce(0) { sum, kind in
            sum + cache.bytes(of: kind, tokens: tokens) * Self.share(of: kind.attention, count: count)
        }
        cacheBytes = held + cache.stateBytes / Double(count)
        copies = cacheBytes * Double(count) / cache.bytes(tokens: tokens)
        dividesQueryHeads = cache.model.layerKinds.allSatisfy {
            $0.attention.dimensions.queryHeads.isMultiple(of: count)
        }
    }

    /// Of the cache of a layer, on the accelerator that holds most.
    private static func share(of attention: AttentionLayer, count: Int) -> Double {
        let heads = attention.dimensions.shardableHeads
        return Double((heads + count - 1) / count) / Double(heads)
    }
}

/// What accelerators send one another, in time. Within a node heads and matrices are split, which takes two all-reduces of
/// the activations in each layer; between nodes layers are, which sends the activations once.
///
/// The time is that of the bytes; how long an exchange takes to start is not counted. Nothing is taken as hidden behind
/// computing.
public struct Traffic: Sendable, Hashable {
    /// One 400 Gbit/s port for each accelerator, one way.
    public static let bytesPerSecondBetweenNodes = 50e9

    public let secondsPerToken: Double

    public init(_ model: Model, on deployment: Deployment) {
        let inNode = min(deployment.count, deployment.accelerator.link.perNode)
        let perLayer =
            inNode > 1
            ? Parallelism.tensor.prefillBytesPerLayerAndToken(model, count: inNode)
                / deployment.accelerator.link.oneWayBytesPerSecond : 0
        let activations = Double(model.hidden) * 2
        let between = Double(deployment.nodes - 1) * activations / Double(inNode) / Self.bytesPerSecondBetweenNodes
        secondsPerToken = Double(model.layers.count) * perLayer + between
    }

    public func seconds(tokens: Int) -> Double { secondsPerToken * Double(tokens) }
}
