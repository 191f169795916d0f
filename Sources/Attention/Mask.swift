import Faults

/// Which keys a query sees, as four numbers.
///
/// The query at position i (positions count from 0) sees a band of keys: from `left` keys before its own key to `right`
/// keys after it, its own included. With a `chunk`, the text is cut into chunks of so many tokens, and the band ends
/// where the query's chunk ends. Besides the band, the query sees the first `sinks` keys of the text, whatever chunk they
/// are in, but none after i + `right`. No key counts twice.
///
/// All that the program knows of a mask follows from these numbers, so a mask with a name (`MaskFamily`) is four
/// numbers and nothing else. `left` and `right` are those of flash-attention's `window_size`; a *window* of w, as in Hugging
/// Face transformers and gpt-oss, counts the query's own key too, so its `left` is w − 1.
public struct Mask: Hashable, Sendable {
    /// Keys at the start of the text that every query sees, once it has come so far.
    public let sinks: Int
    /// Keys before the query's own; nil for all.
    public let left: Int?
    /// Keys after the query's own; nil for all.
    public let right: Int?
    /// Tokens of a chunk: key j is in the query's band only where ⌊j/chunk⌋ = ⌊i/chunk⌋. Nil for no chunks.
    public let chunk: Int?

    public init(sinks: Int = 0, left: Int?, right: Int?, chunk: Int? = nil) throws(MaskError) {
        try MaskError.require("sinks", sinks, atLeast: 0)
        try MaskError.require("left", left ?? 0, atLeast: 0)
        try MaskError.require("right", right ?? 0, atLeast: 0)
        try MaskError.require("chunk", chunk ?? 1, atLeast: 1)
        (self.sinks, self.left, self.right, self.chunk) = (sinks, left, right, chunk)
    }

    /// True where no query sees a key after its own.
    public var isCausal: Bool { right == 0 }

    /// True where every query sees every key: the only masks that take more queries than keys.
    public var isUnmasked: Bool { left == nil && right == nil && chunk == nil }

    /// Keys of a band that no end of the text clips; nil where the band grows with the text.
    public var bandWidth: Int? {
        let window = if let left, let right { left + 1 + right } else { nil as Int? }
        return [chunk, window].compactMap { $0 }.min()
    }

    /// No query sees more keys; nil where that grows with the text.
    public var mostVisibleKeys: Int? { bandWidth.map { sinks + $0 } }

    /// The keys that the query at `position` may see, out of `keyLength`. Neither end of the band, nor the number of sinks
    /// seen, goes back as the position moves on: kernels that take queries in blocks rely on it.
    public func visibleKeys(at position: Int, keyLength: Int) -> VisibleKeys {
        var (first, end) = (0, keyLength)
        if let left { first = max(first, position - left) }
        if let right { end = min(end, position + right + 1) }
        let visibleSinks = min(sinks, end)
        if let chunk {
            let start = position / chunk * chunk
            first = max(first, start)
            end = min(end, start + chunk)
        }
        // Sinks that lie within the band or behind it make it longer: a key is listed once.
        return VisibleKeys(sinks: min(visibleSinks, first), band: first..<max(end, visibleSinks))
    }
}

/// The masks that have a name.
extension Mask {
    /// Every key.
    public static let full = preset(.full)
    /// Key j for query i where j ≤ i.
    public static let causal = preset(.causal)
    /// The last `window` keys: i − window < j ≤ i.
    public static func slidingWindow(_ window: Int) -> Mask { preset(.slidingWindow, [.window: window]) }
    /// `radius` keys on either side: |i − j| ≤ radius (Longformer's local attention, one-sided size).
    public static func symmetricWindow(radius: Int) -> Mask { preset(.symmetricWindow, [.window: radius]) }
    /// The first `sinks` keys and the last `window` keys, as StreamingLLM keeps them.
    public static func attentionSink(sinks: Int, window: Int) -> Mask {
        preset(.attentionSink, [.sinks: sinks, .window: window])
    }
    /// j ≤ i within the same chunk (Llama 4's local layers; chunks do not overlap).
    public static func chunkedLocal(_ chunk: Int) -> Mask { preset(.chunkedLocal, [.chunk: chunk]) }

    /// - Precondition: the sizes make a mask. Sizes that a user wrote go through `MaskFamily.mask`, which throws.
    private static func preset(_ family: MaskFamily, _ sizes: [MaskFamily.Parameter: Int] = [:]) -> Mask {
        do { return try family.mask(sizes) } catch { preconditionFailure("\(family.name): \(error)") }
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

/// A size that makes no mask.
public enum MaskError: Fault, Equatable {
    case tooSmall(name: String, value: Int, minimum: Int)
    case tooLarge(name: String, value: Int, maximum: Int)

    /// Sizes end where lengths do: past that, sums of them could not be counted.
    static func require(_ name: String, _ value: Int, atLeast minimum: Int) throws(MaskError) {
        guard value >= minimum else { throw .tooSmall(name: name, value: value, minimum: minimum) }
        guard value <= AttentionShape.longestLength else {
            throw .tooLarge(name: name, value: value, maximum: AttentionShape.longestLength)
        }
    }

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .tooSmall(let name, let value, let minimum): "\(name) is \(value); it must be at least \(minimum)"
        case .tooLarge(let name, let value, let maximum): "\(name) is \(value); it must be at most \(maximum)"
        }
    }
}

/// Masks as JSON: `{"sinks": 4, "left": 1023, "right": 0, "chunk": null}`. All four are written, null for "all" and for
/// "no chunks", so that a reader never has to know what an absent one stands for.
extension Mask: Codable {
    private enum Key: String, CodingKey { case sinks, left, right, chunk }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        do {
            try self.init(
                sinks: container.decode(Int.self, forKey: .sinks), left: container.decode(Int?.self, forKey: .left),
                right: container.decode(Int?.self, forKey: .right), chunk: container.decode(Int?.self, forKey: .chunk))
        } catch let error as MaskError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sinks, forKey: .sinks)
        try container.encode(left, forKey: .left)
        try container.encode(right, forKey: .right)
        try container.encode(chunk, forKey: .chunk)
    }
}
