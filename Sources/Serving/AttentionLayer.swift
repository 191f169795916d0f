import Attention

/// The attention of one layer: its projections, what a query sees, and whose keys it reads.
public struct AttentionLayer: Sendable, Hashable {
    /// How a layer departs from four plain projections with a cache of its own.
    public struct Variations: OptionSet, Sendable, Hashable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The query projection has twice its width: the second half gates the output (Qwen3-Next).
        public static let gatedOutput = Variations(rawValue: 1)
        /// The key's projection serves for the value too. Both are cached: only the key is normed and rotated (Gemma 4).
        public static let valuesAreKeys = Variations(rawValue: 2)
        /// Keys and values are those of an earlier layer, and nothing is added to the cache (Gemma 3n).
        public static let sharedCache = Variations(rawValue: 4)
        /// The layer has no projections for keys and values of its own.
        public static let noKeyProjections = Variations(rawValue: 8)
        /// A projection of its own gives a gate for each query head (Step 3.5, Laguna).
        public static let gatedHeads = Variations(rawValue: 16)
    }

    public let dimensions: AttentionDimensions
    /// `.causal`, `.slidingWindow` or `.chunkedLocal`.
    public let mask: Mask
    public let variations: Variations
    /// Which of the keys under the mask a query attends to; nil for all of them.
    public let selection: KeySelection?
    /// Width of what is projected; nil for that of the residual stream.
    public let inputWidth: Int?

    public init(
        _ dimensions: AttentionDimensions, mask: Mask, variations: Variations = [], selection: KeySelection? = nil,
        inputWidth: Int? = nil
    ) {
        precondition(mask.isCausal, "a decoder layer cannot see keys after its own")
        self.dimensions = dimensions
        self.mask = mask
        self.variations = variations
        self.selection = selection
        self.inputWidth = inputWidth
    }

    /// This layer as it would be if it attended to everything.
    public var full: AttentionLayer {
        AttentionLayer(
            dimensions, mask: .causal, variations: variations, selection: selection, inputWidth: inputWidth)
    }

    /// Elements that one token adds to the cache of this layer.
    public var cachedElementsPerToken: Int {
        variations.contains(.sharedCache) ? 0 : dimensions.cachedElementsPerToken
    }

    public func projections(hidden: Int) -> [Projection] {
        let own = dimensions.projections(hidden: inputWidth ?? hidden, output: hidden).compactMap { projection in
            switch projection.name {
            case "q_proj" where variations.contains(.gatedOutput): projection.widened(by: 2)
            case "v_proj" where variations.contains(.valuesAreKeys): nil
            case "k_proj" where variations.contains(.noKeyProjections): nil
            case "v_proj" where variations.contains(.noKeyProjections): nil
            default: projection
            }
        }
        let gate =
            variations.contains(.gatedHeads)
            ? [Projection("g_proj", inputs: inputWidth ?? hidden, outputs: dimensions.queryHeads)] : []
        return own + gate + (selection?.projections(hidden: hidden, dimensions) ?? [])
    }

    /// FLOPs of attention for `tokens` new tokens after `cached` ones, projections not counted.
    public func prefillFLOPs(tokens: Int, cached: Int = 0) -> Double {
        let visible = PairCount(mask: mask, queryLength: tokens, keyLength: tokens + cached).allowed
        guard let selection else { return Double(visible) * Double(dimensions.prefillFLOPsPerPair) }
        // The best k of the visible keys are as many as those of a window of k.
        let chosen = PairCount(
            mask: .slidingWindow(selection.keys), queryLength: tokens, keyLength: tokens + cached
        ).allowed
        return Double(min(visible, chosen)) * Double(dimensions.decodeFLOPsPerPair)
            + Double(visible) * Double(selection.flopsPerPair)
    }

    /// The same for one query after `context` tokens.
    public func decodeFLOPs(context: Int) -> Double {
        let visible = mask.keptTokens(of: context)
        guard let selection else { return Double(visible) * Double(dimensions.decodeFLOPsPerPair) }
        return Double(min(visible, selection.keys)) * Double(dimensions.decodeFLOPsPerPair)
            + Double(visible) * Double(selection.flopsPerPair)
    }
}

/// An indexer that scores all keys cheaply and leaves the best of them to attention (DeepSeek-V3.2, sparse attention).
public struct KeySelection: Sendable, Hashable {
    /// Keys that attention gets for each query.
    public let keys: Int
    public let heads: Int
    public let headDimension: Int
    /// The layer has an indexer; a layer without one takes what the layer before it has chosen.
    public let hasIndexer: Bool

    public init(keys: Int, heads: Int, headDimension: Int, hasIndexer: Bool = true) {
        self.keys = keys
        self.heads = heads
        self.headDimension = headDimension
        self.hasIndexer = hasIndexer
    }

    /// One key for all heads, as engines keep it whatever the type of the cache: 8 bits an element and a float32 scale for
    /// 128 of them (vLLM's indexer cache: 132 bytes a token).
    public var cachedBytesPerToken: Int { hasIndexer ? headDimension + 4 * ((headDimension + 127) / 128) : 0 }

    var flopsPerPair: Int { hasIndexer ? 2 * heads * headDimension : 0 }

    func projections(hidden: Int, _ dimensions: AttentionDimensions) -> [Projection] {
        guard hasIndexer else { return [] }
        let queryInput =
            switch dimensions {
            case .latent(let latent): latent.queryRank ?? hidden
            case .grouped: hidden
            }
        return [
            Projection("indexer.wq_b", inputs: queryInput, outputs: heads * headDimension),
            Projection("indexer.wk", inputs: hidden, outputs: headDimension),
            Projection("indexer.weights_proj", inputs: hidden, outputs: heads),
        ]
    }
}

/// Layers that attend in the same way.
public struct LayerKind: Sendable, Hashable {
    public let attention: AttentionLayer
    public let count: Int

    public init(_ attention: AttentionLayer, count: Int) {
        self.attention = attention
        self.count = count
    }

    public var mask: Mask { attention.mask }
}
