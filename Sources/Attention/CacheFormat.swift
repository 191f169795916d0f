/// How the keys, or the values, of earlier tokens are stored between decoding steps.
public enum CacheFormat: String, Codable, Hashable, Sendable, CaseIterable {
    case float32, bfloat16, float16
    /// One byte an element: 4 bits of exponent, 3 of fraction, no infinity, largest value 448 (OCP E4M3FN). No scale.
    case fp8E4M3 = "fp8-e4m3"
    /// ggml's: 32 elements of a row share a float16 scale; int8 each. 34 bytes per 32.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_0
    /// ggml's: 32 elements of a row share a float16 scale; 4 bits each. 18 bytes per 32.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_0
    /// KIVI (Liu et al. 2024): 2 bits an element with a float16 scale and zero point per 32, keys grouped along 32 tokens
    /// of one channel, values along 32 channels of one token; the latest tokens stay float16.
    case kivi2 = "kivi-2"

    /// The format that stores an element type as it is.
    public init(_ elementType: ElementType) {
        self =
            switch elementType {
            case .float32: .float32
            case .bfloat16: .bfloat16
            case .float16: .float16
            }
    }

    /// The element type that this format stores as it is; nil for formats of blocks.
    public var elementType: ElementType? { ElementType(rawValue: rawValue) }

    /// Elements that share a scale.
    public static let blockLength = 32

    /// KIVI keeps at least so many of the latest tokens in float16 (the paper's residual length), and quantises older
    /// ones 32 at a time.
    public static let residualTokens = 128

    /// How the elements of a row are stored: the row of a format. Sizes, layouts and what `plan` counts follow from it; the
    /// codec of a format of blocks and its code in C stand in `BlockCodec`.
    public var storage: CacheStorage {
        switch self {
        case .float32: .elements(bits: 32)
        case .bfloat16, .float16: .elements(bits: 16)
        case .fp8E4M3: .elements(bits: 8)
        case .q8_0: .blocks(CacheBlocks(bits: 8, source: "ggml"))
        case .q4_0: .blocks(CacheBlocks(bits: 4, source: "ggml"))
        case .kivi2:
            .blocks(CacheBlocks(bits: 2, haveMinima: true, keysAlongTokens: true, source: "KIVI, arXiv 2402.02750"))
        }
    }

    /// The blocks of 32 elements; nil for a format that stores each element by itself.
    public var blocks: CacheBlocks? { if case .blocks(let blocks) = storage { blocks } else { nil } }

    /// Whether keys wait in float16 until 32 of them fill blocks along the tokens.
    public var keepsLatestTokens: Bool { blocks?.keysAlongTokens ?? false }

    /// Tokens that are stored in blocks when the cache holds `tokens`: all of them, but for KIVI's residual window.
    public func blockTokens(of tokens: Int) -> Int {
        guard keepsLatestTokens else { return tokens }
        return max(0, tokens - Self.residualTokens) / Self.blockLength * Self.blockLength
    }

    /// The two halves of a cache. Only KIVI takes another number of bytes for one than for the other.
    public enum Half: Sendable { case keys, values }

    /// Bytes of one head's keys, or values, of that many tokens, scales and residual window included. Rows that do not
    /// fill their last block of 32 pay for it whole.
    public func byteCount(of half: Half, tokens: Int, headDimension: Int) -> Int {
        switch storage {
        case .elements(let bits): return tokens * headDimension * bits / 8
        case .blocks(let blocks):
            let inBlocks = blockTokens(of: tokens)
            let blocksOfRow = (headDimension + Self.blockLength - 1) / Self.blockLength
            let count =
                blocks.keysAlongTokens && half == .keys
                ? inBlocks / Self.blockLength * headDimension : inBlocks * blocksOfRow
            return count * blocks.byteCount + (tokens - inBlocks) * headDimension * 2
        }
    }
}

/// How a cache stores the elements of its rows.
public enum CacheStorage: Hashable, Sendable {
    /// Each element by itself.
    case elements(bits: Int)
    case blocks(CacheBlocks)

    /// Bits of one element, without what a block shares.
    public var elementBits: Int {
        switch self {
        case .elements(let bits): bits
        case .blocks(let blocks): blocks.bits
        }
    }
}

/// 32 small integers with a scale in float16, which turns them back into numbers.
public struct CacheBlocks: Hashable, Sendable {
    /// Of one integer: 8, 4 or 2, so that a word of 32 bits holds whole ones.
    public let bits: Int
    /// Whether integers count from a minimum, stored in float16 too, and not from zero.
    public let haveMinima: Bool
    /// Whether a block of keys is one channel of 32 tokens. Else it is 32 channels of one token, as every block of values is.
    public let keysAlongTokens: Bool
    /// Who defined the format.
    public let source: String

    init(bits: Int, haveMinima: Bool = false, keysAlongTokens: Bool = false, source: String) {
        precondition(32.isMultiple(of: bits) && bits <= 8, "codes of \(bits) bits do not fill words of 32")
        self.bits = bits
        self.haveMinima = haveMinima
        self.keysAlongTokens = keysAlongTokens
        self.source = source
    }

    /// Of the scale, and of the minimum where there is one.
    public var scaleBytes: Int { haveMinima ? 4 : 2 }

    public var byteCount: Int { CacheFormat.blockLength * bits / 8 + scaleBytes }
}

/// How a cache stores its keys and how it stores its values. Mostly they are alike; but scores suffer more from coarse keys
/// than outputs do from coarse values, so that a cache may spend its bits on keys.
public struct CacheFormats: Hashable, Sendable {
    public let key: CacheFormat
    public let value: CacheFormat

    public init(key: CacheFormat, value: CacheFormat) {
        self.key = key
        self.value = value
    }

    public init(_ both: CacheFormat) { self.init(key: both, value: both) }

    /// The ones that store an element type as it is.
    public init(of elementType: ElementType) { self.init(CacheFormat(elementType)) }

    /// Whether keys or values are stored as something else than elements of a type.
    public var areQuantised: Bool { key.elementType == nil || value.elementType == nil }

    /// The half that keeps its latest tokens in float16, where one does.
    public var keptLatest: CacheFormat? { [key, value].first(where: \.keepsLatestTokens) }

    /// Tokens whose keys and values are both stored in blocks, when the cache holds `tokens`.
    public func blockTokens(of tokens: Int) -> Int { min(key.blockTokens(of: tokens), value.blockTokens(of: tokens)) }

    /// Bytes of K and V of that many tokens; of K alone where values are a part of it.
    public func byteCount(
        tokens: Int, keyValueHeads: Int, headDimension: Int, latent: LatentValues? = nil
    ) -> Int {
        let keys = key.byteCount(of: .keys, tokens: tokens, headDimension: headDimension)
        let values =
            latent == nil ? value.byteCount(of: .values, tokens: tokens, headDimension: headDimension) : 0
        return keyValueHeads * (keys + values)
    }

    /// Bits that an element takes on average, scales included.
    public func bitsPerElement(tokens: Int, headDimension: Int) -> Double {
        let bytes = byteCount(tokens: tokens, keyValueHeads: 1, headDimension: headDimension)
        return Double(bytes * 8) / Double(2 * tokens * headDimension)
    }
}

/// "q8_0", or "q8_0/q4_0" of keys and values that differ.
extension CacheFormats: CustomStringConvertible {
    public var description: String { key == value ? key.rawValue : "\(key.rawValue)/\(value.rawValue)" }
}

/// In sweeps and results one name where the two are alike, else both under `key` and `value`.
extension CacheFormats: Codable {
    private enum Key: CodingKey { case key, value }

    public init(from decoder: any Decoder) throws {
        if let both = try? decoder.singleValueContainer().decode(CacheFormat.self) {
            self.init(both)
            return
        }
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            key: try container.decode(CacheFormat.self, forKey: .key),
            value: try container.decode(CacheFormat.self, forKey: .value))
    }

    public func encode(to encoder: any Encoder) throws {
        guard key != value else {
            var container = encoder.singleValueContainer()
            try container.encode(key)
            return
        }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(key, forKey: .key)
        try container.encode(value, forKey: .value)
    }
}

/// By keys first, in the order in which formats are listed.
extension CacheFormats: Comparable {
    public static func < (a: CacheFormats, b: CacheFormats) -> Bool { a.order.lexicographicallyPrecedes(b.order) }

    private var order: [Int] { [key, value].compactMap(CacheFormat.allCases.firstIndex) }
}
