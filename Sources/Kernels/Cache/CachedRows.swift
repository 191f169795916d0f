import Attention

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
        // KIVI's tokens wait in float16 before they go into blocks.
        let rows = self == .kivi2 ? rows.map(ElementType.float16.rounded) : rows
        let inBlocks = blockTokens(of: rows.count / headDimension) * headDimension
        return arrangement.roundTrip(Array(rows[..<inBlocks]), channels: headDimension)
            + rows[inBlocks...]
    }
}
