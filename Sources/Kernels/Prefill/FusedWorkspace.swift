import Attention
import CVector

/// The sizes of a worker's memory, in float32 words.
struct FusedWorkspaceSize {
    let queries: Int
    let outputs: Int
    let scores: Int
    let element: Int
    let laneScores: Int
    let blocks: Int

    /// Loads and stores come in whole vectors and tiles: each part has room for one that ends past it.
    init<Element: FusedElement>(_: Element.Type, _ size: FusedSize) {
        let d = size.problem.shape.headDimension
        queries = (d + Lanes.lanes) * QueryBlock.width
        outputs = (d + Lanes.lanes + tileRows) * QueryBlock.width
        scores = (size.tuning.keyTile + tileRows) * QueryBlock.width
        element = Element.workerWords(for: size.problem, keyTile: size.tuning.keyTile)
        laneScores = LaneScores.wordCount(size.problem)
        blocks = size.blocks
    }

    /// Of one block: queries, outputs, softmax, bounds, and what changes scores.
    var block: Int { queries + outputs + OnlineSoftmax.floatCount + LaneBounds.wordCount + laneScores }

    var total: Int { blocks * block + scores + element }
}

/// What one worker needs to attend blocks of queries, allocated once.
final class FusedWorkspace<Element: FusedElement>: @unchecked Sendable {
    private typealias Product = Element.Product

    let blocks: [FusedBlock]
    /// Sᵀ, then Pᵀ [keyTile][width]
    private let scores: UnsafeMutablePointer<Float>
    private let element: Element
    private let problem: AttentionProblem
    /// Keys that go through the three steps together.
    private let keyTile: Int
    private let storage: UnsafeMutablePointer<Float>
    /// What will be read and written soon.
    var prefetch: Prefetch

    var countedPairs = 0

    init(_ size: FusedSize, shared: UnsafePointer<Float>) {
        let (problem, keyTile) = (size.problem, size.tuning.keyTile)
        let words = FusedWorkspaceSize(Element.self, size)
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: words.total * MemoryLayout<Float>.size, alignment: 4096)
        let storage = bytes.bindMemory(to: Float.self, capacity: words.total)
        self.storage = storage
        blocks = (0..<size.blocks).map { FusedBlock(size, words, storage: storage + $0 * words.block) }
        scores = storage + size.blocks * words.block
        element = Element(problem: problem, keyTile: keyTile, shared: shared, worker: scores + words.scores)
        self.problem = problem
        self.keyTile = keyTile
        prefetch = Prefetch(capacity: 2 * size.blocks * problem.shape.groupSize + 2)
    }

    deinit { UnsafeMutableRawPointer(storage).deallocate() }

    /// - Parameter threads: how many workers share the items of `passes`.
    func attend(item: Int, of passes: SharedPasses, threads: Int, _ tensors: TensorPointers) {
        let (group, numbers) = passes.place(ofItem: item)
        let next = passes.after(numbers, threads: threads)
        let taken = blocks.prefix(numbers.count)
        for (block, number) in zip(taken, numbers) {
            block.take(number, group: group, of: passes.blocks)
            block.lanes.loadQueries(tensors.query, Element.layout, into: block.queries)
            element.finishQueries(block.queries)
            countedPairs += block.sinks.computedPairs + block.band.computedPairs
        }
        prefetch.removeAll()
        for block in taken {
            block.reset()
            if problem.scoreForm.hasSinkLogits { block.beginWith(sinkLogits: tensors.sinkLogits!) }
            attendSinks(block, group: group, tensors)
            block.setBounds { $0.band }
        }
        var keys = blocks[0].band.range
        for block in taken {
            let band = block.band.range
            keys = min(keys.lowerBound, band.lowerBound)..<max(keys.upperBound, band.upperBound)
        }
        for start in stride(from: keys.lowerBound, to: keys.upperBound, by: passes.chunkKeys) {
            let chunk = start..<min(start + passes.chunkKeys, keys.upperBound)
            prefetch.removeAll()
            if chunk.upperBound < keys.upperBound {
                fetch(
                    chunk.upperBound..<min(chunk.upperBound + passes.chunkKeys, keys.upperBound), group: group, tensors)
            } else {
                prepareFetching(next, group: group, passes.blocks, tensors)
            }
            prefetch.spread(over: registerTiles(of: taken, chunk))
            for block in taken {
                let seen = block.band.range.clamped(to: chunk)
                if !seen.isEmpty { attend(block.band.clamped(to: seen), block, group: group, tensors) }
            }
        }
        for block in taken {
            block.lanes.storeOutputs(block.outputs, sums: block.softmax.sums, Element.layout, into: tensors.output)
            if let logSumExp = tensors.logSumExp { block.storeLogSumExp(into: logSumExp) }
            writeWideRows(block, group: group, tensors)
        }
    }

    /// How many register tiles the blocks multiply in a chunk. Where a last tile is not full, the number is a little too small.
    private func registerTiles(of taken: ArraySlice<FusedBlock>, _ chunk: Range<Int>) -> Int {
        let rows = Tile<Product>.rows
        let tilesOfValues = (problem.shape.headDimension + rows - 1) / rows
        return taken.reduce(0) { sum, block in
            let keys = block.band.range.clamped(to: chunk).count
            return sum + keys / rows + (keys + keyTile - 1) / keyTile * tilesOfValues
        }
    }

    /// Writes those rows again for which float32, or the product of the element type, was too narrow (`WideRow`).
    private func writeWideRows(_ block: FusedBlock, group: Int, _ tensors: TensorPointers) {
        let isExact = element.multipliesExactly(block, group: group, tensors)
        guard !isExact || !block.isFinite else { return }
        for lane in block.lanes.taken where !isExact || !block.isFinite(lane: lane) {
            let (row, head) = block.lanes.place(lane)
            WideRow.write(row, ofHead: group * problem.shape.groupSize + head, of: problem, tensors)
        }
    }

    /// Tensors up to this size stay in a second-level cache by themselves.
    private static var cachedBytes: Int { 512 << 10 }

    /// Under a window every block reads some keys that none before it has read, and its own queries and outputs. Where
    /// the tensors are larger than the second-level cache, waiting for these costs a window of 256 a fifth of its time.
    private func prepareFetching(_ next: Range<Int>, group: Int, _ blocks: QueryBlocks, _ tensors: TensorPointers) {
        guard Phase.prefill.tensorBytes(of: problem) > Self.cachedBytes, let first = next.first, let last = next.last
        else { return }
        for number in next {
            let lanes = BlockLanes(block: number, group: group, shape: problem.shape)
            lanes.appendRows(of: tensors.query, Element.layout, isWritten: false, to: &prefetch)
            lanes.appendRows(of: tensors.output, Element.layout, isWritten: true, to: &prefetch)
        }
        let band = self.blocks[0].band.range
        let nextBand =
            blocks.keys(ofBlock: first).band.range.lowerBound..<blocks.keys(ofBlock: last).band.range.upperBound
        let newKeys = nextBand.lowerBound..<min(nextBand.upperBound, max(band.lowerBound, nextBand.lowerBound))
        if !newKeys.isEmpty { fetch(newKeys, group: group, tensors) }
    }

    private func fetch(_ keys: Range<Int>, group: Int, _ tensors: TensorPointers) {
        let (key, value) = element.addresses(from: keys.lowerBound, group: group, tensors)
        let byteCount = keys.count * problem.shape.headDimension * Element.layout.byteCount
        prefetch.append(key, byteCount: byteCount)
        prefetch.append(value, byteCount: byteCount)
    }

    private func attendSinks(_ block: FusedBlock, group: Int, _ tensors: TensorPointers) {
        guard !block.sinks.range.isEmpty else { return }
        block.setBounds { 0..<$0.sinks }
        attend(block.sinks, block, group: group, tensors)
    }

    /// Adds some keys to what a block has gathered. They are those that its lanes have bounds for.
    func attend(_ keys: BlockKeys, _ block: FusedBlock, group: Int, _ tensors: TensorPointers) {
        let largestCount = keys.tileCount(atMost: keyTile)
        // Each use of a stored property would be checked for exclusive access, in every tile.
        let bounds = block.bounds
        var startsAnew = !block.hasOutputs
        block.hasOutputs = true
        var start = keys.range.lowerBound
        while start < keys.range.upperBound {
            let count = min(largestCount, keys.range.upperBound - start)
            let tile = keys.clamped(to: start..<start + count)
            let (words, stride) = element.keys(from: start, count: count, group: group, tensors)
            let operands = ScoreOperands(
                keys: words, stride: stride, count: count, steps: element.keySteps, queries: block.queries)
            var largest = tile.multiplyScores(Product.self, operands, into: scores, &prefetch)
            if let change = block.laneScores { largest = change.apply(to: scores, of: tile.range) }
            if !bounds.areSeenByAll(tile.range) { largest = bounds.mask(scores, of: tile.range) }
            block.softmax.update(
                Product.self, OnlineSoftmax.Scores(floats: scores, keyCount: count, largest: largest),
                outputs: startsAnew ? nil : block.outputs)
            let values = ValueOperands(
                values: element.values(from: start, count: count, group: group, tensors),
                stride: problem.shape.headDimension, steps: (count + Product.depth - 1) / Product.depth,
                d: problem.shape.headDimension, weights: scores)
            tile.addValues(
                Product.self, values, into: OutputSums(floats: block.outputs, startAnew: startsAnew), &prefetch)
            startsAnew = false
            start += count
        }
    }
}
