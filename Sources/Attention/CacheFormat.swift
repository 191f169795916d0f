/// How the keys and values of earlier tokens are stored between decoding steps.
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

    /// Tokens that are stored in blocks when the cache holds `tokens`: all of them, but for KIVI's residual window.
    public func blockTokens(of tokens: Int) -> Int {
        guard self == .kivi2 else { return tokens }
        return max(0, tokens - Self.residualTokens) / Self.blockLength * Self.blockLength
    }

    /// Bytes of K and V of that many tokens, scales and residual window included. Rows that do not fill their last block
    /// of 32 pay for it whole.
    public func byteCount(tokens: Int, keyValueHeads: Int, headDimension: Int) -> Int {
        let rows = 2 * tokens * keyValueHeads
        let blocks = (headDimension + Self.blockLength - 1) / Self.blockLength
        switch self {
        case .float32: return rows * headDimension * 4
        case .bfloat16, .float16: return rows * headDimension * 2
        case .fp8E4M3: return rows * headDimension
        case .q8_0: return rows * blocks * 34
        case .q4_0: return rows * blocks * 18
        case .kivi2:
            // Keys: d groups a 32 tokens; values: whole blocks of a row. Each 32 elements: 8 bytes, a scale, a zero point.
            let quantised = blockTokens(of: tokens)
            let keys = quantised / Self.blockLength * headDimension * 12
            let values = quantised * blocks * 12
            return keyValueHeads * (keys + values + 2 * (tokens - quantised) * headDimension * 2)
        }
    }

    /// Bits that an element takes on average, scales included.
    public func bitsPerElement(tokens: Int, headDimension: Int) -> Double {
        let bytes = byteCount(tokens: tokens, keyValueHeads: 1, headDimension: headDimension)
        return Double(bytes * 8) / Double(2 * tokens * headDimension)
    }
}
