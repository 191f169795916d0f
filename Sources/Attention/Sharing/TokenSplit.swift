/// Which tokens of a text each rank holds. Parts of a text that its ranks do not divide differ by one token at most.
public enum TokenSplit: String, Hashable, Sendable, Codable {
    /// Rank r of P holds the r-th of P slices.
    case contiguous
    /// Rank r holds slices r and 2P − 1 − r of 2P, one near either end of the text: under a causal mask that gives every rank
    /// as many pairs as any other, within one block of the diagonal.
    case zigzag

    /// The runs of neighbouring tokens of a rank, in order; a run may be empty where there are fewer tokens than slices.
    public func slices(of rank: Int, among ranks: Int, tokens: Int) -> [Range<Int>] {
        switch self {
        case .contiguous: [Self.slice(rank, of: ranks, tokens: tokens)]
        case .zigzag:
            [
                Self.slice(rank, of: 2 * ranks, tokens: tokens),
                Self.slice(2 * ranks - 1 - rank, of: 2 * ranks, tokens: tokens),
            ]
        }
    }

    private static func slice(_ number: Int, of count: Int, tokens: Int) -> Range<Int> {
        number * tokens / count..<(number + 1) * tokens / count
    }
}
