import Attention

/// Bytes of cached keys and values of one sequence, and of what layers carry in place of them.
///
/// A full layer keeps every token, a window its last w, a chunked layer at most its chunk, a recurrent layer a state of
/// fixed size. So there is a part that grows with the context and a part that does not:
/// bytes(n) = bits/8 · Σ over layers elements · min(n, bound of the layer) + states.
public struct KVCache: Sendable, Hashable {
    /// How the bytes are counted.
    public enum Formula: String, Sendable, Hashable, CaseIterable, Codable {
        /// Layer by layer, with true bits.
        case exact
        /// 2 · layers · tokens · key/value heads · head dimension · nominal bits: every layer full, no scales.
        case textbook
    }

    public let model: Model
    public let type: StorageType
    public let formula: Formula
    /// How an engine hands out what is counted.
    public let allocation: CacheAllocation

    public init(
        _ model: Model, type: StorageType = .bf16, formula: Formula = .exact, allocation: CacheAllocation = .exact
    ) {
        self.model = model
        self.type = type
        self.formula = formula
        self.allocation = allocation
    }

    /// Cached elements of one token in one layer.
    public var elementsPerTokenAndLayer: Double { Double(model.attention.cachedElementsPerToken) }

    public var bitsPerElement: Double { bitsPerElement(of: model.attention) }

    private func bitsPerElement(of dimensions: AttentionDimensions) -> Double {
        guard formula == .exact else { return type.nominalBits }
        return type.bitsPerElement + type.bitsPerVector / Double(dimensions.cachedVectorLength)
    }

    /// Bytes that one token leaves in one layer.
    public var bytesPerTokenAndLayer: Double { elementsPerTokenAndLayer * bitsPerElement / 8 }

    /// Bytes that one token leaves in a layer of this kind, with what its indexer keeps.
    public func bytesPerToken(of attention: AttentionLayer) -> Double {
        Double(attention.cachedElementsPerToken) * bitsPerElement(of: attention.dimensions) / 8
            + Double(attention.selection?.cachedBytesPerToken ?? 0)
    }

    /// Bytes that all layers of a kind hold after `tokens` of context.
    public func bytes(of kind: LayerKind, tokens: Int) -> Double {
        Double(kind.count) * Double(allocation.tokens(for: kind.mask, context: tokens))
            * bytesPerToken(of: kind.attention)
    }

    private func sum(_ kinds: [LayerKind]) -> Double {
        kinds.reduce(0) { $0 + Double($1.count) * bytesPerToken(of: $1.attention) }
    }

    /// Bytes that a new token writes, over all layers.
    public var bytesPerToken: Double {
        formula == .exact ? sum(model.layerKinds) : bytesPerTokenAndLayer * Double(attentionLayers)
    }

    private var attentionLayers: Int { model.layerKinds.reduce(0) { $0 + $1.count } }

    /// Bytes by which a long context grows with each token: the full layers.
    public var growingBytesPerToken: Double {
        formula == .exact ? sum(model.layerKinds.filter { $0.mask.mostVisibleKeys == nil }) : bytesPerToken
    }

    /// The most that windows, chunks, 16-bit residuals and recurrent states ever hold.
    public var boundedBytes: Double {
        guard formula == .exact else { return 0 }
        let bounded = model.layerKinds.filter { $0.mask.mostVisibleKeys != nil }
        return bounded.reduce(0) { $0 + bytes(of: $1, tokens: .max) } + residualBytes(tokens: .max) + stateBytes
    }

    /// Bytes of recurrent states, whatever the context.
    public var stateBytes: Double { Double(model.architecture.stateBytes) }

    /// Bytes after `tokens` of context.
    public func bytes(tokens: Int) -> Double {
        guard formula == .exact else { return bytesPerToken * Double(tokens) }
        return model.layerKinds.reduce(0) { $0 + bytes(of: $1, tokens: tokens) } + residualBytes(tokens: tokens)
            + stateBytes
    }

    /// The longest context whose cache takes at most `budget` bytes; nil where the cache never reaches it.
    public func tokens(within budget: Double) -> Int? {
        guard bytes(tokens: 1) <= budget else { return 0 }
        guard growingBytesPerToken > 0 || boundedBytes > budget else { return nil }
        var (fits, tooMany) = (1, 2)
        while bytes(tokens: tooMany) <= budget { (fits, tooMany) = (tooMany, tooMany * 2) }
        while tooMany - fits > 1 {
            let middle = fits + (tooMany - fits) / 2
            if bytes(tokens: middle) <= budget { fits = middle } else { tooMany = middle }
        }
        return fits
    }

    /// What the last tokens take above their share when they stay in 16 bits.
    private func residualBytes(tokens: Int) -> Double {
        guard type.residualTokens > 0 else { return 0 }
        return model.layerKinds.reduce(0) { sum, kind in
            let kept = kind.count * min(type.residualTokens, kind.mask.keptTokens(of: tokens))
            let elements = Double(kept) * Double(kind.attention.cachedElementsPerToken)
            return sum + elements * (16 - bitsPerElement(of: kind.attention.dimensions)) / 8
        }
    }
}

extension KVCache {
    /// Something that a formula counts otherwise than the exact one does.
    public enum Difference: Sendable, Hashable {
        /// Layers that stop growing, taken as growing.
        case boundedLayers(Int, of: Int)
        /// Scales left out.
        case bits(taken: Double, real: Double)
    }

    /// Why this formula differs from the exact count of this model and type; empty where it does not.
    public var differences: [Difference] {
        guard formula != .exact else { return [] }
        var differences: [Difference] = []
        let bounded = model.layerKinds.reduce(0) { $0 + ($1.mask.mostVisibleKeys == nil ? 0 : $1.count) }
        if bounded > 0 { differences.append(.boundedLayers(bounded, of: attentionLayers)) }
        let real = KVCache(model, type: type).bitsPerElement
        if type.nominalBits != real { differences.append(.bits(taken: type.nominalBits, real: real)) }
        return differences
    }
}
