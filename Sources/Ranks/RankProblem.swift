import Attention
import Kernels

/// A problem that ranks share. Heads are counted over batches, since no two batches know of each other: so a batch is more
/// heads, here and in each rank's local problems.
public struct RankProblem: Hashable, Sendable {
    public let problem: AttentionProblem
    public let rankCount: Int
    public let split: TokenSplit

    /// - Precondition: there is at least one rank.
    public init(_ problem: AttentionProblem, rankCount: Int, split: TokenSplit) {
        precondition(rankCount >= 1, "\(rankCount) ranks")
        self.problem = problem
        self.rankCount = rankCount
        self.split = split
    }

    /// Of the text, or of the cache in decoding.
    public var tokens: Int { problem.shape.keyLength }
    public var queryHeads: Int { problem.shape.batch * problem.shape.queryHeads }
    public var keyValueHeads: Int { problem.shape.batch * problem.shape.keyValueHeads }
    public var isDecode: Bool { problem.shape.queryLength == 1 && tokens > 1 }

    /// Of one head and one token.
    var rowBytes: Int { problem.shape.headDimension * problem.elementType.byteCount }
    /// Keys and values of one token.
    var tokenBytes: Int { 2 * keyValueHeads * rowBytes }

    public func slices(of rank: Int) -> [Range<Int>] {
        split.slices(of: rank, among: rankCount, tokens: tokens)
    }

    /// - Precondition: the split is contiguous.
    public func slice(of rank: Int) -> Range<Int> { slices(of: rank)[0] }

    public func tokenCount(of rank: Int) -> Int { slices(of: rank).reduce(0) { $0 + $1.count } }

    /// No rank holds a longer slice.
    var longestSlice: Int { (0..<rankCount).flatMap(slices).map(\.count).max()! }

    /// Pairs that the mask allows between a head's queries of these tokens and all keys.
    public func pairs(ofQueries tokens: Range<Int>) -> Int {
        let length = self.tokens
        func last(_ count: Int) -> Int {
            PairCount(mask: problem.mask, queryLength: count, keyLength: length).allowed
        }
        return last(length - tokens.lowerBound) - last(length - tokens.upperBound)
    }

    /// A rank's own part: some heads, so many queries at the end of so many keys.
    func local(_ sizes: LocalSizes, mask: Mask? = nil) throws(UnsupportedProblem) -> AttentionProblem {
        do {
            let shape = try AttentionShape(
                queryHeads: sizes.queryHeads, keyValueHeads: sizes.keyValueHeads, queryLength: sizes.queries,
                keyLength: sizes.keys, headDimension: problem.shape.headDimension)
            return try AttentionProblem(
                shape: shape, mask: mask ?? problem.mask, elementType: problem.elementType, scale: problem.scale,
                cacheFormat: problem.cacheFormat, positions: problem.positions)
        } catch {
            throw UnsupportedProblem("\(error)")
        }
    }
}

/// The sizes of a rank's own part of a problem.
struct LocalSizes {
    let queryHeads: Int
    let keyValueHeads: Int
    let queries: Int
    let keys: Int
}
