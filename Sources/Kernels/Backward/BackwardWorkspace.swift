import Attention
import CVector
import Hardware
import Records

/// What decides how much memory a backward pass takes.
struct BackwardSize {
    let problem: AttentionProblem
    let workers: Int
    let tuning: Tuning

    /// Keys whose rows of K, V, dK and dV stay in the second-level cache while blocks of queries come by: twice the bytes of
    /// a chunk, which is five eighths of that cache.
    var residentKeys: Int {
        let keys = tuning.chunkBytes / (2 * problem.shape.headDimension * MemoryLayout<Float>.size)
        return max(BlockKeys.granule, keys / BlockKeys.granule * BlockKeys.granule)
    }

    /// Keys that go through the five products together.
    var keyTile: Int { min(tuning.keyTile, residentKeys) }

    /// Sums dQᵀ of one block, with room for a register tile that ends past them.
    var queryGradientFloats: Int { (problem.shape.headDimension + tileRows) * QueryBlock.width }
}

/// What one worker needs to bring keys together with blocks of queries, allocated once.
final class BackwardWorkspace<Rows: ElementRows>: @unchecked Sendable {
    private let size: BackwardSize
    private let problem: AttentionProblem
    private let storage: UnsafeMutablePointer<Float>
    private let block: BackwardBlock<Rows>
    /// K and V of the resident keys, as float32 [keys][d].
    private let keys: UnsafeMutablePointer<Float>
    private let values: UnsafeMutablePointer<Float>
    /// dK before scaling, and dV, of the resident keys.
    private let keyGradients: ColumnPanels
    private let valueGradients: ColumnPanels
    /// Sᵀ, then Pᵀ; dPᵀ, then dSᵀ [keyTile][width].
    private let weights: UnsafeMutablePointer<Float>
    private let gradients: UnsafeMutablePointer<Float>
    private var prefetch: Prefetch

    var countedPairs = 0

    private static func residentFloats(_ size: BackwardSize) -> Int {
        size.residentKeys * size.problem.shape.headDimension + Lanes.lanes
    }

    /// With room for a register tile that ends past them.
    private static func rows(_ size: BackwardSize) -> Int { size.residentKeys + tileRows }

    private static func panels(_ size: BackwardSize) -> Int {
        ColumnPanels.floatCount(rows: rows(size), d: size.problem.shape.headDimension)
    }

    private static func scores(_ size: BackwardSize) -> Int { (size.keyTile + tileRows) * QueryBlock.width }

    static func floatCount(_ size: BackwardSize) -> Int {
        BackwardBlock<Rows>.floatCount(size.problem) + 2 * residentFloats(size) + 2 * panels(size)
            + 2 * scores(size)
    }

    init(_ size: BackwardSize) {
        let (problem, d) = (size.problem, size.problem.shape.headDimension)
        self.size = size
        self.problem = problem
        let count = Self.floatCount(size)
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.size, alignment: 4096)
        storage = bytes.bindMemory(to: Float.self, capacity: count)
        weights = storage
        gradients = weights + Self.scores(size)
        keyGradients = ColumnPanels(floats: gradients + Self.scores(size), rows: Self.rows(size), d: d)
        valueGradients = ColumnPanels(floats: keyGradients.floats + Self.panels(size), rows: Self.rows(size), d: d)
        keys = valueGradients.floats + Self.panels(size)
        values = keys + Self.residentFloats(size)
        block = BackwardBlock(problem, storage: values + Self.residentFloats(size))
        prefetch = Prefetch(capacity: 2 * problem.shape.groupSize + 1)
    }

    deinit { UnsafeMutableRawPointer(storage).deallocate() }

    /// Brings the resident keys of one item together with all blocks that see it, and writes its gradients.
    func take(item: Int, of call: BackwardCall) {
        let (plan, tensors) = (call.plan, call.tensors)
        let (group, index, residents) = plan.place(ofItem: item)
        keyGradients.clear()
        valueGradients.clear()
        let offset = (group * problem.shape.keyLength + residents.lowerBound) * problem.shape.headDimension
        widen(tensors.key, from: offset, count: residents.count, into: keys)
        widen(tensors.value, from: offset, count: residents.count, into: values)
        let visitors = plan.blocks(thatSee: residents)
        for number in visitors {
            let seen = plan.keys(ofBlock: number, in: residents)
            guard !seen.sinks.range.isEmpty || !seen.band.range.isEmpty else { continue }
            block.take(number, group: group, of: call)
            let place = group * plan.blocks.countPerGroup + number
            prepareFetching(number + 1 < visitors.upperBound ? number + 1 : nil, group: group, call)
            prefetch.spread(over: registerTiles(seen.sinks.range.count + seen.band.range.count))
            let previous = plan.item(before: index, ofBlock: number)
            call.turns.wait(for: previous, at: place)
            let sums = call.queryGradients + place * size.queryGradientFloats
            if !seen.sinks.range.isEmpty {
                block.setBounds { 0..<$0.sinks }
                meet(seen.sinks, firstKey: residents.lowerBound, OutputSums(floats: sums, startAnew: previous < 0))
            }
            if !seen.band.range.isEmpty {
                block.setBounds { $0.band }
                let startsAnew = previous < 0 && seen.sinks.range.isEmpty
                meet(seen.band, firstKey: residents.lowerBound, OutputSums(floats: sums, startAnew: startsAnew))
            }
            call.turns.end(index, at: place)
        }
        write(residents, group: group, of: call)
    }

    /// All keys that the block sees of one of its ranges, tile by tile.
    private func meet(_ keys: BlockKeys, firstKey: Int, _ queryGradients: OutputSums) {
        let count = keys.tileCount(atMost: size.keyTile)
        for start in stride(from: keys.range.lowerBound, to: keys.range.upperBound, by: count) {
            let tile = keys.clamped(to: start..<min(start + count, keys.range.upperBound))
            let startsAnew = queryGradients.startAnew && start == keys.range.lowerBound
            multiply(tile, firstKey: firstKey, OutputSums(floats: queryGradients.floats, startAnew: startsAnew))
        }
    }

    /// The five products of a tile of keys with the block: scores, dV, dP, dK and dQ.
    private func multiply(_ tile: BlockKeys, firstKey: Int, _ queryGradients: OutputSums) {
        let (row, count, d) = (tile.range.lowerBound - firstKey, tile.range.count, problem.shape.headDimension)
        let (keys, values) = (UnsafePointer(keys + row * d), UnsafePointer(values + row * d))
        countedPairs += tile.computedPairs
        let scores = ScoreOperands(keys: keys, stride: d, count: count, steps: d, queries: block.queries)
        _ = tile.multiplyScores(Float32Product.self, scores, into: weights, &prefetch)
        let bounds = block.bounds
        if !bounds.areSeenByAll(tile.range) { _ = bounds.mask(weights, of: tile.range) }
        switch size.tuning.exponential {
        case .scaled: block.weigh(ScaledExponential.self, weights, count: count)
        case .shifted: block.weigh(ShiftedExponential.self, weights, count: count)
        }
        tile.addRows(
            RowProduct(weights: weights, rows: block.outputGradientRows, queries: block.lanes.taken),
            into: valueGradients, from: row, &prefetch)
        let products = ScoreOperands(keys: values, stride: d, count: count, steps: d, queries: block.outputGradients)
        _ = tile.multiplyScores(Float32Product.self, products, into: gradients, &prefetch)
        block.differentiate(gradients, weights: weights, count: count)
        tile.addRows(
            RowProduct(weights: gradients, rows: block.queryRows, queries: block.lanes.taken), into: keyGradients,
            from: row, &prefetch)
        tile.addValues(
            Float32Product.self, ValueOperands(values: keys, stride: d, steps: count, d: d, weights: gradients),
            into: queryGradients, &prefetch)
    }

    private func widen(
        _ source: UnsafeRawPointer, from element: Int, count: Int, into target: UnsafeMutablePointer<Float>
    ) {
        let start = source + element * Rows.layout.byteCount
        for index in stride(from: 0, to: count * problem.shape.headDimension, by: Lanes.lanes) {
            store(Rows.widened(start + index * Rows.layout.byteCount), target, index)
        }
    }

    private func write(_ residents: Range<Int>, group: Int, of call: BackwardCall) {
        let first = group * problem.shape.keyLength + residents.lowerBound
        let rowBytes = problem.shape.headDimension * Rows.layout.byteCount
        for row in 0..<residents.count {
            guard keyGradients.isFinite(row: row), valueGradients.isFinite(row: row) else {
                call.wide.writeKey(first + row)
                continue
            }
            let start = (first + row) * rowBytes
            keyGradients.write(Rows.self, row: row, times: problem.scale, to: call.tensors.keyGradient + start)
            valueGradients.write(Rows.self, row: row, times: 1, to: call.tensors.valueGradient + start)
        }
    }

    /// The queries, the gradients of the outputs, and the sums of the next block.
    private func prepareFetching(_ next: Int?, group: Int, _ call: BackwardCall) {
        prefetch.removeAll()
        guard let next else { return }
        let lanes = BlockLanes(block: next, group: group, shape: problem.shape)
        lanes.appendRows(of: call.tensors.query, Rows.layout, isWritten: false, to: &prefetch)
        lanes.appendRows(of: call.tensors.outputGradient, Rows.layout, isWritten: false, to: &prefetch)
        let place = group * call.plan.blocks.countPerGroup + next
        prefetch.append(
            call.queryGradients + place * size.queryGradientFloats,
            byteCount: size.queryGradientFloats * MemoryLayout<Float>.size, isWritten: true)
    }

    /// How many register tiles so many keys are, in all products.
    private func registerTiles(_ keys: Int) -> Int {
        let rows = Tile<Float32Product>.rows
        return (2 + 2 * keyGradients.count) * keys / rows + problem.shape.headDimension / rows
    }

    /// Writes the gradients of a block's queries.
    func writeQueryGradients(_ place: Int, of call: BackwardCall) {
        let (group, number) = place.quotientAndRemainder(dividingBy: call.plan.blocks.countPerGroup)
        block.writeQueryGradients(
            call.queryGradients + place * size.queryGradientFloats, block: number, group: group, of: call)
    }
}
