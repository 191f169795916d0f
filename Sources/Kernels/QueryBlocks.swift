import Attention

/// Which keys a block of queries goes over.
enum KeyCoverage {
    case visible, all
}

/// How the queries of a problem are dealt out to blocks, and the keys that each block goes over.
///
/// A group is one key/value head of one batch with the query heads that share it. Its queries are numbered
/// row · groupSize + head, and cut into blocks of `QueryBlock.width`; the last block has idle lanes.
struct QueryBlocks {
    let problem: AttentionProblem
    let coverage: KeyCoverage
    let groups: Int
    let countPerGroup: Int

    init(problem: AttentionProblem, coverage: KeyCoverage) {
        let shape = problem.shape
        self.problem = problem
        self.coverage = coverage
        groups = shape.batch * shape.keyValueHeads
        countPerGroup = (shape.queryLength * shape.groupSize + QueryBlock.width - 1) / QueryBlock.width
    }

    /// Work items run through the blocks of one group before the next, so that its keys stay in the cache; and from
    /// the last block to the first, so that under a causal mask the longest come first and the team ends together.
    func place(ofItem item: Int) -> (group: Int, block: Int) {
        let (group, place) = item.quotientAndRemainder(dividingBy: countPerGroup)
        return (group, countPerGroup - 1 - place)
    }

    /// The query rows of a block; its first lane may stand in the middle of the first row's heads.
    func rows(ofBlock block: Int) -> ClosedRange<Int> {
        let firstLane = block * QueryBlock.width
        let pastLane = min(firstLane + QueryBlock.width, problem.shape.queryLength * problem.shape.groupSize)
        return firstLane / problem.shape.groupSize...(pastLane - 1) / problem.shape.groupSize
    }

    /// Keys come in runs of eight, counted from the first: whole register tiles where tiles have eight rows, and whole
    /// pairs for the types that multiply pairs.
    private static let granule = 8

    /// The keys that any lane of the block sees, in whole granules. Sinks and band may overlap, where some rows' band
    /// starts among the sinks of others: each is masked for itself.
    func keys(ofBlock block: Int) -> (sinks: Range<Int>, band: Range<Int>) {
        let keyLength = problem.shape.keyLength
        guard coverage == .visible else { return (0..<0, 0..<keyLength) }
        let rows = rows(ofBlock: block)
        let first = problem.pairs.visibleKeys(row: rows.lowerBound)
        let last = problem.pairs.visibleKeys(row: rows.upperBound)
        let start = min(first.band.lowerBound, last.band.lowerBound)
        let end = max(first.band.upperBound, last.band.upperBound)
        return (wholeGranules(0..<last.sinks), wholeGranules(start..<end))
    }

    private func wholeGranules(_ keys: Range<Int>) -> Range<Int> {
        let start = keys.lowerBound / Self.granule * Self.granule
        let end = (keys.upperBound + Self.granule - 1) / Self.granule * Self.granule
        return start..<min(end, problem.shape.keyLength)
    }

    func computedPairs(block: Int) -> Int {
        let keys = keys(ofBlock: block)
        return QueryBlock.width * (keys.sinks.count + keys.band.count)
    }
}
