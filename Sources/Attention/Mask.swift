/// Which keys a query may see. Positions count from 0; a window counts keys, the query's own key included
/// (the convention of Hugging Face transformers and gpt-oss; flash-attention's `(left, right)` excludes it,
/// so its left is our window minus one).
public enum Mask: Hashable, Sendable {
    /// Every key.
    case full
    /// Key j for query i where j ≤ i.
    case causal
    /// The last `window` keys: i − window < j ≤ i.
    case slidingWindow(Int)
    /// `radius` keys on either side: |i − j| ≤ radius (Longformer's local attention, one-sided size).
    case symmetricWindow(radius: Int)
    /// The first `sinks` keys and the last `window` keys, as StreamingLLM keeps them.
    case attentionSink(sinks: Int, window: Int)
    /// j ≤ i within the same chunk: ⌊j/chunk⌋ = ⌊i/chunk⌋ (Llama 4's local layers; chunks do not overlap).
    case chunkedLocal(Int)

    /// True where no query sees a key after its own.
    public var isCausal: Bool {
        switch self {
        case .full, .symmetricWindow: false
        case .causal, .slidingWindow, .attentionSink, .chunkedLocal: true
        }
    }

    /// The keys that the query at `position` may see, out of `keyLength`.
    public func visibleKeys(at position: Int, keyLength: Int) -> VisibleKeys {
        switch self {
        case .full:
            return VisibleKeys(band: 0..<keyLength)
        case .causal:
            return VisibleKeys(band: 0..<position + 1)
        case .slidingWindow(let window):
            return VisibleKeys(band: max(0, position - window + 1)..<position + 1)
        case .symmetricWindow(let radius):
            return VisibleKeys(band: max(0, position - radius)..<min(keyLength, position + radius + 1))
        case .attentionSink(let sinks, let window):
            let bandStart = max(0, position - window + 1)
            return VisibleKeys(sinks: min(sinks, bandStart), band: bandStart..<position + 1)
        case .chunkedLocal(let chunk):
            return VisibleKeys(band: position / chunk * chunk..<position + 1)
        }
    }
}

/// The keys that one query sees: the sinks `0..<sinks`, then a band that starts at or after them.
public struct VisibleKeys: Hashable, Sendable {
    public let sinks: Int
    public let band: Range<Int>

    public init(sinks: Int = 0, band: Range<Int>) {
        precondition(sinks <= band.lowerBound, "sinks and band must not overlap")
        self.sinks = sinks
        self.band = band
    }

    public var count: Int { sinks + band.count }

    public func contains(_ key: Int) -> Bool { key < sinks || band.contains(key) }
}
