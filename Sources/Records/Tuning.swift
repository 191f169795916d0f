import Quantities

/// What kernels leave to the machine: sizes and forms that are faster on one CPU and slower on another. A kernel computes the
/// same with any of them, but for the rounding of its sums.
public struct Tuning: Hashable, Sendable, Codable {
    /// How products of bfloat16 elements are formed.
    public enum BFloat16Product: String, Codable, Sendable, CaseIterable {
        /// Two neighbours at once, by the CPU's own instruction where the build has it.
        case dot
        /// Each element is widened to float32 first.
        case widened
    }

    /// How products of bfloat16 elements are formed in either phase.
    public struct Products: Hashable, Sendable, Codable {
        public var prefill: BFloat16Product
        public var decode: BFloat16Product

        public init(prefill: BFloat16Product, decode: BFloat16Product) {
            self.prefill = prefill
            self.decode = decode
        }
    }

    /// How two to a power is computed in the softmax of prefill.
    public enum Exponential: String, Codable, Sendable, CaseIterable {
        /// By the CPU's own instructions for a fraction and for a power of two, where the build has them.
        case scaled
        /// By an addition that rounds, and a shift that builds the power of two.
        case shifted
    }

    /// Keys that go through scores, softmax and values together in prefill: whole granules of 8.
    public var keyTile: Int
    /// Keys and values of one head up to this size are read by each block of queries for itself. Of more, several blocks of
    /// queries share their passes.
    public var unsharedBytes: Int
    /// Keys and values that the blocks of a shared pass read one block after the other, before they go on.
    public var chunkBytes: Int
    public var bfloat16: Products
    public var exponential: Exponential
    /// How far ahead of what it reads a decoding step asks for its cache; 0 leaves that to the CPU.
    public var decodePrefetchBytes: Int

    /// The last two have the values that all builds had before these were choices.
    public init(
        keyTile: Int, unsharedBytes: Int, chunkBytes: Int, bfloat16: Products, exponential: Exponential = .scaled,
        decodePrefetchBytes: Int = 8192
    ) {
        self.keyTile = keyTile
        self.unsharedBytes = unsharedBytes
        self.chunkBytes = chunkBytes
        self.bfloat16 = bfloat16
        self.exponential = exponential
        self.decodePrefetchBytes = decodePrefetchBytes
        precondition(implausibility == nil, implausibility ?? "")
    }

    /// For a core with 1 MiB of second-level cache and a near third level.
    public static let standard = Tuning(
        keyTile: 144, unsharedBytes: 8 << 20, chunkBytes: 320 << 10, bfloat16: Products(prefill: .dot, decode: .dot))
}

/// Reads the tuning of an earlier build too, which lacks what was not yet a choice.
extension Tuning {
    private enum CodingKeys: String, CodingKey {
        case keyTile, unsharedBytes, chunkBytes, bfloat16, exponential, decodePrefetchBytes
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        keyTile = try fields.decode(Int.self, forKey: .keyTile)
        unsharedBytes = try fields.decode(Int.self, forKey: .unsharedBytes)
        chunkBytes = try fields.decode(Int.self, forKey: .chunkBytes)
        bfloat16 = try fields.decode(Products.self, forKey: .bfloat16)
        exponential =
            try fields.decodeIfPresent(Exponential.self, forKey: .exponential) ?? Self.standard.exponential
        decodePrefetchBytes =
            try fields.decodeIfPresent(Int.self, forKey: .decodePrefetchBytes) ?? Self.standard.decodePrefetchBytes
    }
}

/// On one line, as tables and messages show it.
extension Tuning: CustomStringConvertible {
    public var description: String {
        let (prefill, decode) = (bfloat16.prefill.rawValue, bfloat16.decode.rawValue)
        let products = prefill == decode ? prefill : "\(prefill) in prefill and \(decode) in decode"
        return "tiles of \(keyTile) keys; passes shared above \(Quantity.bytes(unsharedBytes)) of keys and values, "
            + "in chunks of \(Quantity.bytes(chunkBytes)); bfloat16 products: \(products); exponential: "
            + "\(exponential.rawValue); decoding asks for its cache "
            + (decodePrefetchBytes == 0 ? "when it reads it" : "\(Quantity.bytes(decodePrefetchBytes)) ahead")
    }
}

extension Tuning: Plausible {
    /// Tilings of any CPU; a tile of keys has to fit into what a kernel allocates for it.
    package var implausibility: String? {
        if !keyTile.isMultiple(of: 8) { return "`tuning.keyTile` is \(keyTile), and not a multiple of 8" }
        return PlausibleBounds.fault([
            ("tuning.keyTile", keyTile, 8...4096),
            ("tuning.unsharedBytes", unsharedBytes, 0...PlausibleBounds.bytes.upperBound),
            ("tuning.chunkBytes", chunkBytes, 1...PlausibleBounds.bytes.upperBound),
            ("tuning.decodePrefetchBytes", decodePrefetchBytes, 0...1 << 20),
        ])
    }
}
