import Attention

/// How cached keys and values, or weights, are stored, with the bits that an element really takes: scales included.
public struct StorageType: Sendable, Hashable {
    public let name: String
    /// What the name promises.
    public let nominalBits: Double
    /// With the scales and zero points that stand for a fixed number of elements.
    public let bitsPerElement: Double
    /// Of a scale for each cached vector of a head, whatever its length.
    public let bitsPerVector: Double
    /// Last tokens of each sequence that stay in 16 bits.
    public let residualTokens: Int
    /// Where the bits come from.
    public let source: String

    init(
        _ name: String, nominal: Double, true bits: Double, perVector: Double = 0, residualTokens: Int = 0,
        source: String
    ) {
        self.name = name
        nominalBits = nominal
        bitsPerElement = bits
        bitsPerVector = perVector
        self.residualTokens = residualTokens
        self.source = source
    }

    /// A format of blocks that caches are measured in.
    ///
    /// - Precondition: the format has blocks: elements by themselves have other names here, since weights have them too.
    public init(of format: CacheFormat) {
        let blocks = format.blocks!
        let latest = format.keepsLatestTokens ? CacheFormat.residualTokens : 0
        self.init(
            format.rawValue, nominal: Double(blocks.bits),
            true: Double(8 * blocks.byteCount) / Double(CacheFormat.blockLength), residualTokens: latest,
            source: "\(blocks.byteCount) bytes for \(CacheFormat.blockLength) elements"
                + (latest > 0 ? ", last \(latest) tokens in 16 bits" : "") + " (\(blocks.source))")
    }

    public static let fp32 = StorageType("fp32", nominal: 32, true: 32, source: "IEEE 754")
    public static let bf16 = StorageType("bf16", nominal: 16, true: 16, source: "bfloat16")
    public static let fp16 = StorageType("fp16", nominal: 16, true: 16, source: "IEEE 754")
    public static let fp8 = StorageType("fp8", nominal: 8, true: 8, source: "one scale per tensor, not counted")
    /// vLLM's per-token-head cache: one float32 scale for each head's vector, so 8.25 bits where heads have 128 elements.
    public static let int8 = StorageType(
        "int8", nominal: 8, true: 8, perVector: 32, source: "float32 scale per token and head (vLLM)")
    public static let q80 = StorageType(of: .q8_0)
    public static let q51 = StorageType("q5_1", nominal: 5, true: 6, source: "24 bytes for 32 elements (ggml)")
    public static let q50 = StorageType("q5_0", nominal: 5, true: 5.5, source: "22 bytes for 32 elements (ggml)")
    public static let q41 = StorageType("q4_1", nominal: 4, true: 5, source: "20 bytes for 32 elements (ggml)")
    public static let q40 = StorageType(of: .q4_0)
    public static let mxfp4 = StorageType("mxfp4", nominal: 4, true: 4.25, source: "17 bytes for 32 elements (OCP)")
    public static let nvfp4 = StorageType(
        "nvfp4", nominal: 4, true: 4.5, source: "8-bit scale for 16 elements (NVIDIA)")
    public static let int4 = StorageType(
        "int4", nominal: 4, true: 4, source: "no scales: estimates count so, no format stores so")
    public static let int4g128 = StorageType(
        "int4-g128", nominal: 4, true: 4.25, source: "16-bit scale and zero for 128 elements")
    public static let int4g64 = StorageType(
        "int4-g64", nominal: 4, true: 4.5, source: "16-bit scale and zero for 64 elements")
    public static let int4g32 = StorageType(
        "int4-g32", nominal: 4, true: 5, source: "16-bit scale and zero for 32 elements")

    public static let all =
        [fp32, bf16, fp16, fp8, int8] + CacheFormat.allCases.filter { $0.blocks != nil }.map(StorageType.init(of:))
        + [q51, q50, q41, mxfp4, nvfp4, int4, int4g128, int4g64, int4g32]

    /// The names that sweeps have for formats that are in use under both.
    private static let namesInSweeps = ["float32": fp32, "bfloat16": bf16, "float16": fp16, "fp8-e4m3": fp8]

    /// Of a cache: one type for keys and values, or `q8_0/q4_0` for the keys and for the values, which are as many. A
    /// window of latest tokens is that of the half which has one.
    ///
    /// - Returns: nil for two types where keys and values are one vector.
    public static func ofCache(_ name: String, in model: Model) throws(UnknownName) -> StorageType? {
        let halves = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2 else { return try named(name) }
        let (key, value) = (try named(halves[0]), try named(halves[1]))
        if case .latent = model.attention { return nil }
        return StorageType(
            "\(key.name)/\(value.name)", nominal: (key.nominalBits + value.nominalBits) / 2,
            true: (key.bitsPerElement + value.bitsPerElement) / 2,
            perVector: (key.bitsPerVector + value.bitsPerVector) / 2,
            residualTokens: max(key.residualTokens, value.residualTokens),
            source: "keys: \(key.source); values: \(value.source)")
    }

    public static func named(_ name: String) throws(UnknownName) -> StorageType {
        let lowercase = name.lowercased()
        guard let type = all.first(where: { $0.name == lowercase }) ?? namesInSweeps[lowercase] else {
            throw UnknownName(name, isNot: "a storage type", known: all.map(\.name))
        }
        return type
    }
}
