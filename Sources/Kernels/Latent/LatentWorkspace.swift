import Attention
import CVector

/// A worker of each element type. An enum and not a protocol, for the reason that `FusedEngine` has.
enum LatentWorker: Sendable {
    case float32(LatentWorkspace<FloatLatents>)
    case float16(LatentWorkspace<WidenedLatents<Float16Rows>>)
    case widenedBFloat16(LatentWorkspace<WidenedLatents<BFloat16Rows>>)
    case bfloat16(LatentWorkspace<PairedLatents>)

    init(_ plan: LatentPlan, _ cache: LatentCache, _ queries: LatentQueries) {
        self =
            switch plan.problem.elementType {
            case .float32: .float32(LatentWorkspace(plan, cache, queries))
            case .float16: .float16(LatentWorkspace(plan, cache, queries))
            case .bfloat16 where plan.multipliesPairs: .bfloat16(LatentWorkspace(plan, cache, queries))
            case .bfloat16: .widenedBFloat16(LatentWorkspace(plan, cache, queries))
            }
    }

    static func floatCount(_ plan: LatentPlan) -> Int {
        switch plan.problem.elementType {
        case .float32: LatentWorkspace<FloatLatents>.floatCount(plan)
        case .float16: LatentWorkspace<WidenedLatents<Float16Rows>>.floatCount(plan)
        case .bfloat16 where plan.multipliesPairs: LatentWorkspace<PairedLatents>.floatCount(plan)
        case .bfloat16: LatentWorkspace<WidenedLatents<BFloat16Rows>>.floatCount(plan)
        }
    }

    var countedPairs: Int {
        switch self {
        case .float32(let workspace): workspace.countedPairs
        case .float16(let workspace): workspace.countedPairs
        case .widenedBFloat16(let workspace): workspace.countedPairs
        case .bfloat16(let workspace): workspace.countedPairs
        }
    }

    func resetCount() {
        switch self {
        case .float32(let workspace): workspace.countedPairs = 0
        case .float16(let workspace): workspace.countedPairs = 0
        case .widenedBFloat16(let workspace): workspace.countedPairs = 0
        case .bfloat16(let workspace): workspace.countedPairs = 0
        }
    }

    func attend(_ item: LatentItem, _ query: UnsafeRawPointer, into partials: DecodePartials) {
        switch self {
        case .float32(let workspace): workspace.attend(item, query, into: partials)
        case .float16(let workspace): workspace.attend(item, query, into: partials)
        case .widenedBFloat16(let workspace): workspace.attend(item, query, into: partials)
        case .bfloat16(let workspace): workspace.attend(item, query, into: partials)
        }
    }
}

/// A range of the rows of one batch, for all heads.
struct LatentItem {
    let batch: Int
    let range: Int
}

/// A block of heads on its way through the rows of a range.
private final class LatentBlock {
    let number: Int
    /// Oᵀ [m][width]
    let outputs: UnsafeMutablePointer<Float>
    let softmax: OnlineSoftmax
    /// Qᵀ [steps][width]
    private(set) var queries: UnsafePointer<Float>
    /// False until the first tile has written them.
    var hasOutputs = false

    static func floatCount(_ plan: LatentPlan) -> Int {
        (plan.m + Lanes.lanes + tileRows) * QueryBlock.width + OnlineSoftmax.floatCount
    }

    /// - Parameter storage: of all blocks of a worker.
    init(_ number: Int, _ plan: LatentPlan, storage: UnsafeMutablePointer<Float>) {
        self.number = number
        let end = (number + 1) * Self.floatCount(plan)
        outputs = storage + number * Self.floatCount(plan)
        softmax = OnlineSoftmax(
            plan.problem, plan.tuning.exponential, storage: storage + end - OnlineSoftmax.floatCount)
        queries = UnsafePointer(outputs)
    }

    func begin(_ queries: UnsafePointer<Float>) {
        self.queries = queries
        softmax.reset()
        hasOutputs = false
    }
}

/// What one worker needs to attend all heads over a range of rows, allocated once.
final class LatentWorkspace<Element: LatentElement>: @unchecked Sendable {
    private typealias Product = Element.Product

    private let plan: LatentPlan
    private let cache: LatentCache
    private let queries: LatentQueries
    private let storage: UnsafeMutablePointer<Float>
    private let blocks: [LatentBlock]
    /// Sᵀ, then Pᵀ [rowTile][width]
    private let scores: UnsafeMutablePointer<Float>
    private let element: Element
    private var prefetch = Prefetch(capacity: 1)
    var countedPairs = 0

    private static func scoreFloats(_ plan: LatentPlan) -> Int { (plan.rowTile + tileRows) * QueryBlock.width }

    static func floatCount(_ plan: LatentPlan) -> Int {
        plan.blocks * LatentBlock.floatCount(plan) + scoreFloats(plan) + Element.workerFloats(plan)
    }

    init(_ plan: LatentPlan, _ cache: LatentCache, _ queries: LatentQueries) {
        (self.plan, self.cache, self.queries) = (plan, cache, queries)
        let storage = UnsafeMutablePointer<Float>.allocateZeros(Self.floatCount(plan))
        self.storage = storage
        blocks = (0..<plan.blocks).map {
            LatentBlock($0, plan, storage: storage)
        }
        scores = storage + plan.blocks * LatentBlock.floatCount(plan)
        element = Element(plan, worker: scores + Self.scoreFloats(plan))
    }

    deinit { storage.deallocate() }

    /// - Parameter query: of all batches, as the caller gives it.
    func attend(_ item: LatentItem, _ query: UnsafeRawPointer, into partials: DecodePartials) {
        let keys = BlockKeys(plan.ranges[item.range])
        let tileCount = keys.tileCount(atMost: plan.rowTile)
        for block in blocks { block.begin(queries.block(block.number, batch: item.batch)) }
        cache.withRows(ofBatch: item.batch) { rows in
            for start in stride(from: keys.range.lowerBound, to: keys.range.upperBound, by: tileCount) {
                let end = min(start + tileCount, keys.range.upperBound)
                let tile = keys.clamped(to: start..<end)
                let words = element.take(rows[start], count: tile.range.count)
                fetch(end..<min(end + tileCount, keys.range.upperBound), of: rows, during: tile)
                for block in blocks { attend(tile, words, block) }
            }
        }
        countedPairs += keys.computedPairs * blocks.count
        for block in blocks { put(block, item, query, into: partials) }
    }

    /// Asks for the rows of the next tile while this one is multiplied.
    private func fetch(_ next: Range<Int>, of rows: LatentRows, during tile: BlockKeys) {
        prefetch.removeAll()
        guard !next.isEmpty else { return }
        prefetch.append(rows[next.lowerBound], byteCount: next.count * rows.rowBytes)
        let tileRows = Tile<Product>.rows
        prefetch.spread(over: blocks.count * (tile.range.count / tileRows + (plan.m + tileRows - 1) / tileRows))
    }

    private func attend(_ tile: BlockKeys, _ words: LatentTile, _ block: LatentBlock) {
        let count = tile.range.count
        let operands = ScoreOperands(
            keys: words.keys, stride: words.keyStride, count: count, steps: plan.steps, queries: block.queries)
        let largest = tile.multiplyScores(Product.self, operands, into: scores, &prefetch)
        let startsAnew = !block.hasOutputs
        block.hasOutputs = true
        block.softmax.update(
            Product.self, OnlineSoftmax.Scores(floats: scores, keyCount: count, largest: largest),
            outputs: startsAnew ? nil : block.outputs)
        let values = ValueOperands(
            values: words.values, stride: words.valueStride, steps: (count + Product.depth - 1) / Product.depth,
            d: plan.m,
            weights: scores)
        tile.addValues(
            Product.self, values, into: OutputSums(floats: block.outputs, startAnew: startsAnew), &prefetch)
    }

    /// Hands over what the heads of a block have come to, those by a `WideRow` for which float32, or the product of pairs, was too narrow.
    private func put(
        _ block: LatentBlock, _ item: LatentItem, _ query: UnsafeRawPointer, into partials: DecodePartials
    ) {
        let lanes = BlockLanes(block: block.number, group: item.batch, shape: plan.problem.shape)
        let first = lanes.rowIndex(0)
        let heads = first..<first + lanes.taken.count
        partials.put(block.softmax, sums: block.outputs, ofHeads: heads, range: item.range)
        let isExact = multipliesExactly(block)
        guard !isExact || !isFinite(block) else { return }
        for lane in lanes.taken where !isExact || !isFinite(block, lane: lane) {
            partials.put(wideRow(ofHead: first + lane, item, query), at: (first + lane, item.range))
        }
    }

    /// Whether every head has seen a score and holds finite sums.
    private func isFinite(_ block: LatentBlock) -> Bool {
        block.softmax.hasWeights && areFinite(block.outputs, count: plan.m * QueryBlock.width)
    }

    private func isFinite(_ block: LatentBlock, lane: Int) -> Bool {
        block.softmax.sums[lane] > 0
            && (0..<plan.m).allSatisfy { block.outputs[$0 * QueryBlock.width + lane].isFinite }
    }

    /// Whether products of bfloat16 words kept what the outputs are made of: see `BFloat16Range`.
    private func multipliesExactly(_ block: LatentBlock) -> Bool {
        guard plan.multipliesPairs else { return true }
        guard BFloat16Range.isQueryExact(block.queries, words: plan.steps * QueryBlock.width) else { return false }
        return !cache.hasSmallValues
            || !BFloat16Range.isSmall(anyOf: block.outputs, count: plan.m * QueryBlock.width)
    }

    private func wideRow(ofHead head: Int, _ item: LatentItem, _ query: UnsafeRawPointer) -> WideRow {
        let (problem, type) = (plan.problem, plan.problem.elementType)
        let ownQuery = query + head * plan.d * type.byteCount
        var wide = WideRow(elements: plan.m)
        cache.withRows(ofBatch: item.batch) { rows in
            for token in plan.ranges[item.range] {
                let dot = wide_dot(type.layout, ownQuery, rows[token], plan.d)
                wide.add(score: dot * Double(problem.scale), value: rows[token], type.layout)
            }
        }
        return wide
    }
}
