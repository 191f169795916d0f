import Attention

/// Which blocks of queries the resident keys of each item meet, and in which order each block's gradients grow.
struct BackwardPlan {
    let blocks: QueryBlocks
    let residentKeys: Int
    let itemsPerGroup: Int
    /// Of each block of a group.
    private let keys: [(sinks: BlockKeys, band: BlockKeys)]

    /// - Precondition: residents are whole granules of keys.
    init(for problem: AttentionProblem, residentKeys: Int) {
        precondition(
            residentKeys.isMultiple(of: BlockKeys.granule), "\(residentKeys) resident keys end within a granule")
        blocks = QueryBlocks(problem: problem, coverage: .visible)
        self.residentKeys = residentKeys
        itemsPerGroup = (problem.shape.keyLength + residentKeys - 1) / residentKeys
        let blocks = blocks
        keys = (0..<blocks.countPerGroup).map { blocks.keys(ofBlock: $0) }
    }

    var items: Int { blocks.groups * itemsPerGroup }
    /// Over all groups.
    var blockCount: Int { blocks.groups * blocks.countPerGroup }

    /// Items run through one group before the next, from its first keys on: under a causal mask these are seen by most
    /// queries, so that the team ends together.
    func place(ofItem item: Int) -> (group: Int, index: Int, keys: Range<Int>) {
        let (group, index) = item.quotientAndRemainder(dividingBy: itemsPerGroup)
        let start = index * residentKeys
        return (group, index, start..<min(start + residentKeys, blocks.problem.shape.keyLength))
    }

    /// The blocks of a group that may see some of these keys: later blocks see later keys, under every mask.
    func blocks(thatSee residents: Range<Int>) -> Range<Int> {
        let first = firstBlock {
            max($0.sinks.range.upperBound, $0.band.range.upperBound) > residents.lowerBound
        }
        guard let last = keys.last, last.sinks.range.upperBound <= residents.lowerBound else {
            return first..<keys.count
        }
        return first..<max(first, firstBlock { $0.band.range.lowerBound >= residents.upperBound })
    }

    /// What a block sees of these keys.
    func keys(ofBlock block: Int, in residents: Range<Int>) -> (sinks: BlockKeys, band: BlockKeys) {
        func part(_ keys: BlockKeys) -> BlockKeys {
            let seen = keys.range.clamped(to: residents)
            return seen.isEmpty ? BlockKeys(0..<0) : keys.clamped(to: seen)
        }
        let all = keys[block]
        return (part(all.sinks), part(all.band))
    }

    /// The item of the group that a block meets before this one; −1 for its first.
    func item(before item: Int, ofBlock block: Int) -> Int {
        let (sinks, band) = keys[block]
        let firstOfBand = band.range.lowerBound / residentKeys
        guard item <= firstOfBand else { return item - 1 }
        return min(item, (sinks.range.upperBound + residentKeys - 1) / residentKeys) - 1
    }

    /// The first block from which on something holds, by bisection.
    private func firstBlock(where holds: ((sinks: BlockKeys, band: BlockKeys)) -> Bool) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(keys[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
