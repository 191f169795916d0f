/// The heads of one rank.
package struct HeadShare: Hashable {
    package let query: Range<Int>
    /// Those that the query heads read.
    package let keyValue: Range<Int>
    /// For each key/value head of the local problem, which of `keyValue` it is, counted from their first.
    package let sources: [Int]

    /// - Precondition: the ranks share the query heads evenly.
    package init(of rank: Int, in problem: RankProblem) {
        let count = problem.queryHeads / problem.rankCount
        let group = problem.queryHeads / problem.keyValueHeads
        let query = rank * count..<(rank + 1) * count
        let first = query.lowerBound / group
        let read = query.map { $0 / group - first }
        let distinct = read.last! + 1
        self.query = query
        keyValue = first..<first + distinct
        let isEven =
            count.isMultiple(of: distinct)
            && read.enumerated().allSatisfy { place, head in head == place / (count / distinct) }
        sources = isEven ? Array(0..<distinct) : read
    }

    /// Rows of queries, keys and values that a token has.
    package var rowsPerToken: Int { query.count + 2 * keyValue.count }
}
