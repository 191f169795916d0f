import Attention
import Kernels

/// A way to store keys and values whose error is looked at: the formats that caches have, and what they are best
/// compared with.
struct CacheScheme: Hashable, Sendable {
    let name: String
    let keys: CacheArrangement
    let values: CacheArrangement

    init(_ name: String, keys: CacheArrangement, values: CacheArrangement) {
        self.name = name
        self.keys = keys
        self.values = values
    }

    /// KIVI's residual window stays out of it: which share of a cache is in it depends on the length.
    init(_ format: CacheFormats) {
        self.init("\(format)", keys: format.key.keys, values: format.value.values)
    }

    /// Of keys and values together, scales included.
    var bitsPerElement: Double { (keys.bitsPerElement + values.bitsPerElement) / 2 }

    /// Whether 32 tokens of a channel share a scale, rather than 32 channels of a token.
    var keysArePerChannel: Bool {
        if case .alongTokens = keys { true } else { false }
    }

    /// The same bits spent along one direction and along the other, at 4 and at 2 bits. Values stay per token, as KIVI
    /// found best.
    static let comparisons: [CacheScheme] = [4, 2].flatMap { bits in
        let perToken = CacheArrangement.alongChannels(.affine(bits: bits))
        return [
            CacheScheme("int\(bits) per token", keys: perToken, values: perToken),
            CacheScheme("int\(bits) per channel", keys: .alongTokens(.affine(bits: bits)), values: perToken),
        ]
    }

    /// These formats and what they are compared with, each once, most bits first. float32 is what all are held against.
    static func all(with formats: Set<CacheFormats>) -> [CacheScheme] {
        let used = formats.subtracting([CacheFormats(.float32)]).sorted().map { CacheScheme($0) }
        let others = comparisons.filter { other in
            !used.contains { $0.keys == other.keys && $0.values == other.values }
        }
        return (used + others).sorted { ($1.bitsPerElement, $0.name) < ($0.bitsPerElement, $1.name) }
    }
}
