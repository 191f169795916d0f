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
    package var rowBytes: Int { problem.shape.headDimension * problem.elementType.byteCount }
    /// Keys and values of one token.
    package var tokenBytes: Int { 2 * keyValueHeads * rowBytes }

    /// Runs of neighbouring tokens that a rank holds.
    public func slices(of rank: Int) -> [Range<Int>] {
        split.slices(of: rank, among: rankCount, tokens: tokens)
    }

    /// - Precondition: the split is contiguous.
    public func slice(of rank: Int) -> Range<Int> { slices(of: rank)[0] }

    public func tokenCount(of rank: Int) -> Int { slices(of: rank).reduce(0) { $0 + $1.count } }

    /// No rank holds a longer slice.
    package var longestSlice: Int { (0..<rankCount).flatMap(slices).map(\.count).max()! }

    /// Pairs that the mask allows between a head's queries of these tokens and all keys.
    public func pairs(ofQueries tokens: Range<Int>) -> Int {
        let length = self.tokens
        func last(_ count: Int) -> Int {
            PairCount(mask: problem.mask, queryLength: count, keyLength: length).allowed
        }
        return last(length - tokens.lowerBound) - last(length - tokens.upperBound)
    }

    /// Pairs between a head's queries of one slice and its keys of another one, or of the same one, under a mask that limits no
    /// query to near keys.
    func pairs(ofQueries queries: Range<Int>, withKeys keys: Range<Int>) -> Int {
        guard problem.mask.isCausal else { return queries.count * keys.count }
        if keys == queries { return queries.count * (queries.count + 1) / 2 }
        return keys.lowerBound > queries.lowerBound ? 0 : queries.count * keys.count
    }
}
