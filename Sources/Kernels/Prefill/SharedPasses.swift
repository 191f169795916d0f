import Attention
import CVector
import Records

/// How blocks of queries share a pass over keys that are too many for the caches.
///
/// A block by itself reads each key and value once and multiplies it with two vectors of queries: 16 FLOP a byte in
/// float32 with AVX-512. A third-level cache provides that; memory does not, nor does a cache that other machines of the
/// host fill. So where keys are many, the blocks of an item go over them side by side: a chunk of keys for the first
/// block, the same chunk out of the second-level cache for the others, then the next chunk, which is asked for
/// meanwhile. From which size on, and in which chunks, is for the machine to say (`Tuning`): one CPU feeds a core from its
/// third level as fast as the core can multiply, another at three quarters of that. Each block stays on a chunk for several tiles, since the others have pushed its queries and outputs out of
/// the first level; that still costs a hundredth, so that shorter problems do without.
struct SharedPasses {
    static let mostBlocks = 8
    /// So that a team ends together.
    static let fewestItemsPerThread = 8

    let blocks: QueryBlocks
    let blocksPerItem: Int
    let chunkKeys: Int

    /// - Precondition: a chunk is whole granules, or all keys.
    init(_ blocks: QueryBlocks, blocksPerItem: Int, chunkKeys: Int) {
        precondition(
            chunkKeys.isMultiple(of: BlockKeys.granule) || chunkKeys >= blocks.problem.shape.keyLength,
            "a chunk of \(chunkKeys) keys ends within a granule")
        (self.blocks, self.blocksPerItem, self.chunkKeys) = (blocks, blocksPerItem, chunkKeys)
    }

    init(_ blocks: QueryBlocks, threads: Int, _ tuning: Tuning) {
        let problem = blocks.problem
        let keyBytes = 2 * problem.shape.headDimension * problem.elementType.byteCount
        guard blocks.mostKeys * keyBytes > tuning.unsharedBytes else {
            self.init(blocks, blocksPerItem: 1, chunkKeys: problem.shape.keyLength)
            return
        }
        // The cuts decide the order of sums, and must not depend on the threads.
        let tiles = max(1, tuning.chunkBytes / (keyBytes * tuning.keyTile))
        let blocksPerItem = blocks.groups * blocks.countPerGroup / (Self.fewestItemsPerThread * threads)
        self.init(
            blocks, blocksPerItem: min(max(1, blocksPerItem), Self.mostBlocks),
            chunkKeys: tiles * tuning.keyTile)
    }

    private var itemsPerGroup: Int { (blocks.countPerGroup + blocksPerItem - 1) / blocksPerItem }

    var items: Int { blocks.groups * itemsPerGroup }

    /// Items run through the blocks of one group before the next, so that its keys stay in the cache; and from the last
    /// block to the first, so that under a causal mask the longest come first and the team ends together.
    func place(ofItem item: Int) -> (group: Int, blocks: Range<Int>) {
        let (group, place) = item.quotientAndRemainder(dividingBy: itemsPerGroup)
        return (group, blocks(ofPlace: itemsPerGroup - 1 - place))
    }

    private func blocks(ofPlace place: Int) -> Range<Int> {
        let first = place * blocksPerItem
        return first..<min(first + blocksPerItem, blocks.countPerGroup)
    }

    /// Those that a worker of `threads` will probably attend after `current`; empty where there are none.
    func after(_ current: Range<Int>, threads: Int) -> Range<Int> {
        let place = current.lowerBound / blocksPerItem - threads
        return place < 0 ? 0..<0 : blocks(ofPlace: place)
    }
}
