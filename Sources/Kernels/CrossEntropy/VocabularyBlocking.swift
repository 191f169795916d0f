import Attention
import Records

/// How cut cross-entropy cuts tokens, words and hidden elements into parts that stay in caches.
///
/// A group of tokens meets the vocabulary in panels of words, whose logits are all that is held. Within a panel each product is a
/// matrix product as in Goto and van de Geijn (2008): some rows of scalars stay in the second-level cache, some steps of vectors in
/// the first level, and sums go through registers.
struct VocabularyBlocking {
    /// Tokens that are taken together: whole blocks of lanes. W is read once for each group.
    var groupTokens: Int
    /// Words whose logits are held.
    var panelWords: Int
    /// Rows of scalars that stay in the second-level cache, at most.
    var residentRows: Int
    /// Steps whose vectors stay in the first-level cache, at most.
    var depth: Int

    /// Whole register tiles of any build, which have eight, six or four rows.
    static let rowGranule = 24
    /// Words whose gradients are kept or left out together.
    static let wordGranule = 8

    /// Of 48 KiB of first-level cache, 256 steps of 32 floats take two thirds.
    private static let standardDepth = 256
    /// A group of so many tokens uses each element of W often enough that reading it costs little: see `CutCrossEntropy`.
    private static let mostTokens = 2048
    /// For all copies of a group's rows together, and for logits: with what workers need less than 64 MiB.
    private static let groupBytes = 36 << 20
    private static let panelBytes = 16 << 20

    /// - Parameter copies: how many float32 rows of hidden elements are held for each token of a group
    init(_ problem: CrossEntropyProblem, copies: Int, _ tuning: Tuning) {
        let (float, width) = (MemoryLayout<Float>.size, QueryBlock.width)
        let affordable = Self.groupBytes / (copies * problem.hiddenSize * float)
        let most = min(affordable, Self.mostTokens, (problem.tokens + width - 1) / width * width)
        groupTokens = max(width, most / width * width)
        let granule = Self.rowGranule
        let words = min(Self.panelBytes / (groupTokens * float), problem.vocabulary + granule - 1)
        panelWords = max(granule, words / granule * granule)
        depth = Self.standardDepth
        residentRows = max(granule, tuning.chunkBytes / (depth * float) / granule * granule)
    }

    /// Blocks of lanes in a whole group.
    var blocks: Int { groupTokens / QueryBlock.width }
}

/// A range in parts that are as equal as whole granules allow: a short last one would be dear.
struct EqualParts {
    private let total: Int
    private let size: Int

    /// - Parameters:
    ///   - largest: whole granules.
    ///   - workers: where there are parts for them, as many for each.
    init(_ total: Int, atMost largest: Int, granule: Int, workers: Int = 1) {
        precondition(largest.isMultiple(of: granule), "\(largest) ends within a granule of \(granule)")
        self.total = total
        let fewest = (total + largest - 1) / largest
        let parts = (fewest + workers - 1) / workers * workers
        size = (total + parts * granule - 1) / (parts * granule) * granule
    }

    var count: Int { (total + size - 1) / size }

    subscript(index: Int) -> Range<Int> { index * size..<min((index + 1) * size, total) }

    var ranges: LazyMapSequence<Range<Int>, Range<Int>> { (0..<count).lazy.map { self[$0] } }
}
