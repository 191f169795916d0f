import Attention
import CVector

/// Which keys a block of queries goes over: those that its mask shows, or all, masked one by one (what a dense mask costs).
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

    /// No row sees more, sinks aside.
    var mostKeys: Int { coverage == .all ? problem.shape.keyLength : problem.mostVisibleKeys }

    /// The query row of a lane: a block may start and end in the middle of a row's heads. Idle lanes of a last block
    /// stand for its last query.
    func row(ofLane lane: Int, _ block: Int) -> Int {
        let (rows, heads) = (problem.shape.queryLength, problem.shape.groupSize)
        return min(block * QueryBlock.width + lane, rows * heads - 1) / heads
    }

    /// The keys that any lane of the block sees, in whole granules. Sinks and band may overlap, where some rows' band
    /// starts among the sinks of others: each is masked for itself.
    func keys(ofBlock block: Int) -> (sinks: BlockKeys, band: BlockKeys) {
        let keyLength = problem.shape.keyLength
        guard coverage == .visible else { return (BlockKeys(0..<0), BlockKeys(0..<keyLength)) }
        let left = (first: visible(toLane: 0, block), last: visible(toLane: Lanes.lanes - 1, block))
        let right = (first: visible(toLane: Lanes.lanes, block), last: visible(toLane: QueryBlock.width - 1, block))
        // Later queries see later keys, under every mask.
        let leftKeys = wholeGranules(left.first.band.lowerBound..<left.last.band.upperBound)
        let rightKeys = wholeGranules(right.first.band.lowerBound..<right.last.band.upperBound)
        let band = BlockKeys(
            leftKeys.lowerBound..<rightKeys.upperBound,
            seenByLeftOnly: rightKeys.lowerBound - leftKeys.lowerBound,
            seenByRightOnly: rightKeys.upperBound - leftKeys.upperBound)
        return (BlockKeys(wholeGranules(0..<right.last.sinks)), band)
    }

    private func visible(toLane lane: Int, _ block: Int) -> VisibleKeys {
        problem.pairs.visibleKeys(row: row(ofLane: lane, block))
    }

    private func wholeGranules(_ keys: Range<Int>) -> Range<Int> {
        let start = keys.lowerBound / BlockKeys.granule * BlockKeys.granule
        let end = (keys.upperBound + BlockKeys.granule - 1) / BlockKeys.granule * BlockKeys.granule
        return start..<min(end, problem.shape.keyLength)
    }

    func computedPairs(block: Int) -> Int {
        let keys = keys(ofBlock: block)
        return keys.sinks.computedPairs + keys.band.computedPairs
    }
}

/// The keys that a block of queries goes over. A block is two vectors of queries, and the edge of a window or of the
/// diagonal passes one of them before the other: the first keys may be out of the right vector's sight, the last out
/// of the left one's. Not to multiply these saves a window of 256 keys a twentieth of its work.
struct BlockKeys {
    /// Keys come in runs of eight, counted from the first: whole register tiles where tiles have eight rows, and whole
    /// pairs for the types that multiply pairs.
    static let granule = 8

    let range: Range<Int>
    /// The first so many keys.
    let seenByLeftOnly: Int
    /// The last so many keys.
    let seenByRightOnly: Int

    /// - Precondition: no key is out of sight of both.
    init(_ range: Range<Int>, seenByLeftOnly: Int = 0, seenByRightOnly: Int = 0) {
        precondition(
            seenByLeftOnly >= 0 && seenByRightOnly >= 0 && seenByLeftOnly + seenByRightOnly <= range.count,
            "\(seenByLeftOnly) and \(seenByRightOnly) of \(range.count) keys")
        self.range = range
        self.seenByLeftOnly = seenByLeftOnly
        self.seenByRightOnly = seenByRightOnly
    }

    var computedPairs: Int {
        QueryBlock.width * range.count - Lanes.lanes * (seenByLeftOnly + seenByRightOnly)
    }

    /// Keys of a tile, where all are as equal as whole granules allow: each costs a pass over the outputs, so that a
    /// short last one would be dear.
    func tileCount(atMost largest: Int) -> Int {
        let tiles = max(1, (range.count + largest - 1) / largest)
        let granules = (range.count + tiles * Self.granule - 1) / (tiles * Self.granule)
        return granules * Self.granule
    }

    /// Those in `tile`, which lies within `range`.
    func clamped(to tile: Range<Int>) -> BlockKeys {
        let left = tile.clamped(to: range.lowerBound..<range.lowerBound + seenByLeftOnly)
        let right = tile.clamped(to: range.upperBound - seenByRightOnly..<range.upperBound)
        return BlockKeys(tile, seenByLeftOnly: left.count, seenByRightOnly: right.count)
    }
}
