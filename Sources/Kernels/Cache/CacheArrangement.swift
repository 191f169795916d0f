import Attention

/// How the keys, or the values, of a cache lie in memory.
public enum CacheArrangement: Hashable, Sendable {
    /// Element by element.
    case elements(ElementType)
    case float8
    /// Blocks of 32 channels of one token.
    case alongChannels(BlockCodec)
    /// Blocks of 32 tokens of one channel.
    case alongTokens(BlockCodec)

    /// With scales and minima.
    public var bitsPerElement: Double {
        switch self {
        case .elements(let type): Double(8 * type.byteCount)
        case .float8: 8
        case .alongChannels(let codec), .alongTokens(let codec): codec.bitsPerElement
        }
    }

    /// What comes back of [tokens][channels] elements once they are stored so.
    ///
    /// - Precondition: whole blocks.
    public func roundTrip(_ elements: [Float], channels: Int) -> [Float] {
        switch self {
        case .elements(let type): return elements.map(type.rounded)
        case .float8: return elements.map { Float(Float8E4M3($0)) }
        case .alongChannels(let codec):
            return Self.roundTrip(elements, codec, starts: Array(stride(from: 0, to: elements.count, by: 32)), step: 1)
        case .alongTokens(let codec):
            let groups = stride(from: 0, to: elements.count, by: 32 * channels)
            return Self.roundTrip(
                elements, codec, starts: groups.flatMap { $0..<min($0 + channels, elements.count) }, step: channels)
        }
    }

    /// One block from each of `starts`, its elements `step` apart.
    private static func roundTrip(_ elements: [Float], _ codec: BlockCodec, starts: [Int], step: Int) -> [Float] {
        precondition(
            starts.count * BlockCodec.elementCount == elements.count,
            "\(elements.count) elements do not fill blocks of \(BlockCodec.elementCount)")
        var result = elements
        withUnsafeTemporaryAllocation(byteCount: codec.byteCount, alignment: 2) { bytes in
            let block = bytes.baseAddress!
            for start in starts {
                var values = SIMD32<Float>()
                for index in values.indices { values[index] = elements[start + index * step] }
                codec.encode(values, into: block)
                let decoded = codec.decode(block)
                for index in values.indices { result[start + index * step] = decoded[index] }
            }
        }
        return result
    }
}

extension CacheFormat {
    public var keys: CacheArrangement { arrangement(alongTokens: keepsLatestTokens) }

    public var values: CacheArrangement { arrangement(alongTokens: false) }

    private func arrangement(alongTokens: Bool) -> CacheArrangement {
        switch form {
        case .elements(let type): .elements(type)
        case .float8: .float8
        case .blocks(let codec, _): alongTokens ? .alongTokens(codec) : .alongChannels(codec)
        }
    }
}

/// What a cache gives back of rows that went into it: the oracle that kernels on other formats than their element type's
/// are held to.
extension CacheFormat {
    /// - Parameter keys: [tokens][headDimension] from the first token of the cache on.
    func restoredKeys(_ keys: [Float], headDimension: Int) -> [Float] {
        restored(keys, self.keys, headDimension: headDimension)
    }

    /// - Parameter values: [tokens][headDimension] from the first token of the cache on.
    func restoredValues(_ values: [Float], headDimension: Int) -> [Float] {
        restored(values, self.values, headDimension: headDimension)
    }

    private func restored(_ rows: [Float], _ arrangement: CacheArrangement, headDimension: Int) -> [Float] {
        let rows = keepsLatestTokens ? rows.map(ElementType.float16.rounded) : rows
        let inBlocks = blockTokens(of: rows.count / headDimension) * headDimension
        return arrangement.roundTrip(Array(rows[..<inBlocks]), channels: headDimension)
            + rows[inBlocks...]
    }
}
