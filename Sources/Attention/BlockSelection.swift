/// Which keys a query attends to where the data decide: some blocks of keys, as MoBA has it (Lu et al. 2025, "MoBA: Mixture of Block
/// Attention for Long-Context LLMs").
///
/// Keys lie in blocks of B tokens. A query at position t attends to the keys of its own block up to its own, and to all keys of the
/// k − 1 earlier blocks whose mean key has the largest product with the query; to all earlier blocks where there are no more than that.
///
/// The products are those of Double arithmetic, each sum in the order of tokens or of elements, so that two programs choose alike: a
/// block more or less is no rounding error. Of equal products the earlier block has the larger one, and NaN is larger than any number.
public struct BlockSelection: Hashable, Sendable {
    /// k: blocks that a query attends to, its own included.
    public let blocks: Int
    /// B: tokens of a block.
    public let blockLength: Int

    public init(blocks: Int, blockLength: Int) throws(MaskError) {
        try MaskError.require("blocks", blocks, atLeast: 1)
        try MaskError.require("blockLength", blockLength, atLeast: 1)
        (self.blocks, self.blockLength) = (blocks, blockLength)
    }

    /// Earlier blocks of the query at a position: all of them are whole.
    public func earlierBlocks(at position: Int) -> Int { position / blockLength }

    /// Whether the query at a position has to leave out blocks, and so to compare them.
    public func chooses(at position: Int) -> Bool { blocks > 1 && earlierBlocks(at: position) >= blocks }

    /// Earlier blocks that the query at a position attends to.
    public func chosenBlocks(at position: Int) -> Int { min(earlierBlocks(at: position), blocks - 1) }

    /// The keys of a block of a text of so many keys.
    public func keys(ofBlock block: Int, keyLength: Int) -> Range<Int> {
        block * blockLength..<min((block + 1) * blockLength, keyLength)
    }

    /// "8×128", as labels have it.
    public var text: String { "\(blocks)×\(blockLength)" }
}

/// What the queries of a text take, in closed form. None of it depends on the data: a query attends to as many keys whichever blocks it
/// chooses.
extension BlockSelection {
    /// Pairs of the queries at positions 0..<t: each sees its own block up to its own key, and min(k − 1, t / B) whole blocks.
    func pairs(before positions: Int) -> Int {
        let (whole, rest) = positions.quotientAndRemainder(dividingBy: blockLength)
        func triangle(_ count: Int) -> Int {
            count.isMultiple(of: 2) ? count / 2 * (count + 1) : (count + 1) / 2 * count
        }
        let ownBlocks = whole * triangle(blockLength) + triangle(rest)
        let growing = min(whole, blocks - 1)
        // Σ min(k − 1, b) over b < whole.
        let chosen = (growing > 0 ? triangle(growing - 1) : 0) + (whole - growing) * (blocks - 1)
        return ownBlocks + blockLength * (blockLength * chosen + rest * min(whole, blocks - 1))
    }

    /// Products of the queries at positions 0..<t with means of blocks: each that has to leave out a block compares all earlier ones.
    func scores(before positions: Int) -> Int {
        let (whole, rest) = positions.quotientAndRemainder(dividingBy: blockLength)
        guard blocks > 1, whole >= blocks else { return 0 }
        // Σ b over blocks ≤ b < whole: the number of terms times their sum, one of which is even.
        let (terms, ends) = (whole - blocks, whole + blocks - 1)
        let sum = terms.isMultiple(of: 2) ? terms / 2 * ends : ends / 2 * terms
        return blockLength * sum + rest * whole
    }
}

extension BlockSelection: Codable {
    private enum Key: String, CodingKey { case blocks, blockLength }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        do {
            try self.init(
                blocks: container.decode(Int.self, forKey: .blocks),
                blockLength: container.decode(Int.self, forKey: .blockLength))
        } catch let error as MaskError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(blocks, forKey: .blocks)
        try container.encode(blockLength, forKey: .blockLength)
    }
}
