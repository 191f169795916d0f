import Attention

/// Bytes of cached keys and values of one sequence.
///
/// A full layer keeps every token, a window its last w, a chunked layer at most its chunk, so the cache has a part that
/// grows with the context and a part that does not:
/// bytes(n) = bits/8 · elements · Σ over layers min(n, bound of the layer).
public struct KVCache: Sendable, Hashable {
    /// How the bytes are counted.
    public enum Formula: String, Sendable, Hashable, CaseIterable, Codable {
        /// Layer by layer, with true bits.
        case exact
        /// 2 · layers · tokens · key/value heads · head dimension · nominal bits: every layer full, no scales.
        case textbook
        /// The same with hidden / key-value heads for the width of a key: right only where heads² · dimension = hidden.
        case article
    }

    public let model: Model
    public let type: StorageType
    public let formula: Formula

    public init(_ model: Model, type: StorageType, formula: Formula = .exact) {
        self.model = model
        self.type = type
        self.formula = formula
    }

    /// Cached elements of one token in one layer, as this formula counts them.
    public var elementsPerTokenAndLayer: Double {
        if formula == .article, case .grouped(_, let keyValueHeads, _) = model.attention {
            return 2 * Double(model.hidden) / Double(keyValueHeads)
        }
        return Double(model.attention.cachedElementsPerToken)
    }

    public var bitsPerElement: Double {
        guard formula == .exact else { return type.nominalBits }
        return type.bitsPerElement + type.bitsPerVector / Double(model.attention.cachedVectorLength)
    }

    /// Bytes that one token leaves in one layer.
    public var bytesPerTokenAndLayer: Double { elementsPerTokenAndLayer * bitsPerElement / 8 }

    /// Bytes that a new token writes, over all layers.
    public var bytesPerToken: Double { bytesPerTokenAndLayer * Double(model.layers.count) }

    private var growingLayers: Int {
        formula == .exact ? model.layers.count { $0.mask.mostVisibleKeys == nil } : model.layers.count
    }

    /// Bytes by which a long context grows with each token: the full layers.
    public var growingBytesPerToken: Double { bytesPerTokenAndLayer * Double(growingLayers) }

    /// The most that windows, chunks and 16-bit residuals ever hold.
    public var boundedBytes: Double {
        guard formula == .exact else { return 0 }
        return bytes(tokens: .max, growing: false) + residualBytes(tokens: .max)
    }

    /// Bytes after `tokens` of context.
    public func bytes(tokens: Int) -> Double {
        guard formula == .exact else { return bytesPerToken * Double(tokens) }
        return bytes(tokens: tokens, growing: true) + bytes(tokens: tokens, growing: false)
            + residualBytes(tokens: tokens)
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

    private func bytes(tokens: Int, growing: Bool) -> Double {
        let kept = model.layers.reduce(0.0) { sum, layer in
            (layer.mask.mostVisibleKeys == nil) == growing ? sum + Double(layer.mask.keptTokens(of: tokens)) : sum
        }
        return kept * bytesPerTokenAndLayer
    }

    /// What the last tokens take above their share when they stay in 16 bits.
    private func residualBytes(tokens: Int) -> Double {
        guard type.residualTokens > 0 else { return 0 }
        let kept = model.layers.reduce(0) { $0 + min(type.residualTokens, $1.mask.keptTokens(of: tokens)) }
        return Double(kept) * elementsPerTokenAndLayer * (16 - bitsPerElement) / 8
    }
}

extension KVCache {
    /// Something that a formula counts otherwise than the exact one does.
    public enum Difference: Sendable, Hashable {
        /// hidden / key-value heads taken for the width of a key.
        case keyWidth(taken: Double, keyValueHeads: Int, headDimension: Int)
        /// Layers that stop growing, taken as growing.
        case boundedLayers(Int, of: Int)
        /// Scales left out.
        case bits(taken: Double, real: Double)
    }

    /// Why this formula differs from the exact count of this model and type; empty where it does not.
    public var differences: [Difference] {
        guard formula != .exact else { return [] }
        var differences: [Difference] = []
        if formula == .article, case .grouped(_, let heads, let dimension) = model.attention,
            model.hidden != heads * heads * dimension
        {
            differences.append(
                .keyWidth(
                    taken: Double(model.hidden) / Double(heads), keyValueHeads: heads, headDimension: dimension))
        }
        let bounded = model.layers.count { $0.mask.mostVisibleKeys != nil }
        if bounded > 0 { differences.append(.boundedLayers(bounded, of: model.layers.count)) }
        let real = KVCache(model, type: type).bitsPerElement
        if type.nominalBits != real { differences.append(.bits(taken: type.nominalBits, real: real)) }
        return differences
    }
}
