import Attention
import CVector

/// The sizes of a worker's memory, in float32 words.
struct FusedWorkspaceSize {
    /// Keys that go through the three steps together.
    static let keyTile = 144

    let queries: Int
    let outputs: Int
    let scores: Int
    let bounds = 2 * QueryBlock.width
    let element: Int

    /// Loads and stores come in whole vectors and tiles: each part has room for one that ends past it.
    init<Element: FusedElement>(_: Element.Type, problem: AttentionProblem) {
        let d = problem.shape.headDimension
        queries = (d + Lanes.lanes) * QueryBlock.width
        outputs = (d + Lanes.lanes + tileRows) * QueryBlock.width
        scores = (Self.keyTile + tileRows) * QueryBlock.width
        element = Element.workerWords(for: problem)
    }

    var total: Int { queries + outputs + scores + OnlineSoftmax.floatCount + bounds + element }
}

/// What one worker needs to attend a block of queries, allocated once.
final class FusedWorkspace<Element: FusedElement>: @unchecked Sendable {
    private typealias Product = Element.Product

    /// Qᵀ [steps][width]
    private let queries: UnsafeMutablePointer<Float>
    /// Oᵀ [d][width]
    private let outputs: UnsafeMutablePointer<Float>
    /// Sᵀ, then Pᵀ [keyTile][width]
    private let scores: UnsafeMutablePointer<Float>
    private let softmax: OnlineSoftmax
    /// First and last visible key of each lane in the range at hand.
    private let bounds: UnsafeMutablePointer<Int32>
    private let element: Element
    private let problem: AttentionProblem
    private let storage: UnsafeMutableRawPointer
    /// What the block after this one will read and write.
    private var prefetch: Prefetch

    var computedPairs = 0

    init(problem: AttentionProblem, shared: UnsafePointer<Float>) {
        let size = FusedWorkspaceSize(Element.self, problem: problem)
        storage = .allocate(byteCount: size.total * MemoryLayout<Float>.size, alignment: 4096)
        queries = storage.bindMemory(to: Float.self, capacity: size.total - size.bounds)
        outputs = queries + size.queries
        scores = outputs + size.outputs
        softmax = OnlineSoftmax(storage: scores + size.scores, scale: problem.scale)
        let elementWords = scores + size.scores + OnlineSoftmax.floatCount
        element = Element(problem: problem, shared: shared, worker: elementWords)
        bounds = UnsafeMutableRawPointer(elementWords + size.element)
            .bindMemory(to: Int32.self, capacity: size.bounds)
        self.problem = problem
        prefetch = Prefetch(capacity: 2 * problem.shape.groupSize + 2)
    }

    deinit { storage.deallocate() }

    /// - Parameter next: the block that this worker will probably attend after this one.
    func attend(block: Int, group: Int, next: Int, blocks: QueryBlocks, _ tensors: TensorPointers) {
        let d = problem.shape.headDimension
        let lanes = BlockLanes(block: block, group: group, shape: problem.shape)
        lanes.loadQueries(tensors.query, Element.layout, into: queries)
        element.finishQueries(queries)
        let (sinks, band) = blocks.keys(ofBlock: block)
        computedPairs += sinks.computedPairs + band.computedPairs
        prepareFetching(next, after: band.range, group: group, blocks, tensors)
        attend(sinks, band, group: group, lanes, tensors, masking: .scores)
        // 0 · inf is NaN: a non-finite value leaves its trace in every lane of its tile, seen or not. Finite outputs
        // prove that there was none; else once more, with care.
        if !areFinite(outputs, count: d * QueryBlock.width) {
            attend(sinks, band, group: group, lanes, tensors, masking: .scoresAndValues)
        }
        lanes.storeOutputs(outputs, sums: softmax.sums, Element.layout, into: tensors.output)
    }

    /// Tensors up to this size stay in a second-level cache by themselves.
    private static var cachedBytes: Int { 512 << 10 }

    /// Under a window every block reads some keys that none before it has read, and its own queries and outputs. Where
    /// the tensors are larger than the second-level cache, waiting for these costs a window of 256 a fifth of its time.
    private func prepareFetching(
        _ next: Int, after band: Range<Int>, group: Int, _ blocks: QueryBlocks, _ tensors: TensorPointers
    ) {
        prefetch.removeAll()
        guard problem.tensorBytes > Self.cachedBytes, (0..<blocks.countPerGroup).contains(next) else { return }
        let lanes = BlockLanes(block: next, group: group, shape: problem.shape)
        lanes.appendRows(of: tensors.query, Element.layout, isWritten: false, to: &prefetch)
        lanes.appendRows(of: tensors.output, Element.layout, isWritten: true, to: &prefetch)
        let nextBand = blocks.keys(ofBlock: next).band.range
        let newKeys = nextBand.lowerBound..<min(nextBand.upperBound, max(band.lowerBound, nextBand.lowerBound))
        guard !newKeys.isEmpty else { return }
        let (key, value) = element.addresses(from: newKeys.lowerBound, group: group, tensors)
        let byteCount = newKeys.count * problem.shape.headDimension * Element.layout.byteCount
        prefetch.append(key, byteCount: byteCount)
        prefetch.append(value, byteCount: byteCount)
    }

    private enum Masking { case scores, scoresAndValues }

    private func attend(
        _ sinks: BlockKeys, _ band: BlockKeys, group: Int, _ lanes: BlockLanes, _ tensors: TensorPointers,
        masking: Masking
    ) {
        softmax.reset()
        if masking == .scoresAndValues {
            outputs.update(repeating: 0, count: problem.shape.headDimension * QueryBlock.width)
        }
        if !sinks.range.isEmpty {
            let seenByAll = setBounds(lanes) { 0..<$0.sinks }
            attend(keys: sinks, seenByAll: seenByAll, group: group, tensors, masking, startsAnew: true)
        }
        let seenByAll = setBounds(lanes) { $0.band }
        attend(
            keys: band, seenByAll: seenByAll, group: group, tensors, masking, startsAnew: sinks.range.isEmpty)
    }

    /// Sets each lane's bounds to one of its visible ranges; returns the keys that all lanes see.
    private func setBounds(_ lanes: BlockLanes, _ range: (VisibleKeys) -> Range<Int>) -> Range<Int> {
        var (latestStart, earliestEnd) = (0, Int.max)
        var row = -1
        var keys = 0..<0
        for lane in 0..<QueryBlock.width {
            if lanes.row(lane) != row {
                row = lanes.row(lane)
                keys = range(problem.pairs.visibleKeys(row: row))
                latestStart = max(latestStart, keys.lowerBound)
                earliestEnd = min(earliestEnd, keys.upperBound)
            }
            bounds[lane] = Int32(keys.lowerBound)
            bounds[QueryBlock.width + lane] = Int32(keys.upperBound - 1)
        }
        return latestStart..<max(latestStart, earliestEnd)
    }

    private func attend(
        keys: BlockKeys, seenByAll: Range<Int>, group: Int, _ tensors: TensorPointers, _ masking: Masking,
        startsAnew: Bool
    ) {
        let d = problem.shape.headDimension
        let largestCount = keys.tileCount(atMost: FusedWorkspaceSize.keyTile)
        var start = keys.range.lowerBound
        while start < keys.range.upperBound {
            let count = min(largestCount, keys.range.upperBound - start)
            let tile = keys.clamped(to: start..<start + count)
            let isWhole = tile.range.clamped(to: seenByAll) == tile.range
            prefetch.issue(lines: count)
            var largest = multiplyScores(tile, group: group, tensors)
            if !isWhole { largest = mask(tile.range, seenByAll: seenByAll) }
            let isFirst = startsAnew && start == keys.range.lowerBound
            softmax.update(
                Product.self, scores: scores, keyCount: count, tileMaximum: largest,
                outputs: isFirst ? nil : outputs, d: d)
            prefetch.issue(lines: count)
            let values = element.values(from: start, count: count, group: group, tensors)
            if isWhole || masking == .scores {
                addValues(tile, values, startsAnew: isFirst)
            } else {
                addVisibleValues(tile.range, values: values, d: d)
            }
            start += count
        }
    }

    /// Each key for the vectors of queries that see it. The largest scores are those of the keys that both see.
    private func multiplyScores(_ keys: BlockKeys, group: Int, _ tensors: TensorPointers) -> TwoVectors {
        let (start, count) = (keys.range.lowerBound, keys.range.count)
        let (rows, stride) = element.keys(from: start, count: count, group: group, tensors)
        let (steps, width) = (element.keySteps, QueryBlock.width)
        let seenByBoth = keys.seenByLeftOnly..<count - keys.seenByRightOnly
        if keys.seenByLeftOnly > 0 {
            _ = Kernels.multiplyScores(
                NarrowTile<Product>.self, keys: rows, stride: stride, keyCount: keys.seenByLeftOnly, steps: steps,
                queries: queries, into: scores)
        }
        let largest = Kernels.multiplyScores(
            Tile<Product>.self, keys: rows + seenByBoth.lowerBound * stride, stride: stride,
            keyCount: seenByBoth.count, steps: steps, queries: queries, into: scores + seenByBoth.lowerBound * width)
        if keys.seenByRightOnly > 0 {
            _ = Kernels.multiplyScores(
                NarrowTile<Product>.self, keys: rows + seenByBoth.upperBound * stride, stride: stride,
                keyCount: keys.seenByRightOnly, steps: steps, queries: queries + Lanes.lanes,
                into: scores + seenByBoth.upperBound * width + Lanes.lanes)
        }
        return largest
    }

    /// The same for the values: what a vector does not see has a weight of 0.
    private func addValues(_ keys: BlockKeys, _ values: UnsafePointer<Float>, startsAnew: Bool) {
        let (d, width, depth) = (problem.shape.headDimension, QueryBlock.width, Product.depth)
        let leftSteps = keys.seenByLeftOnly / depth
        let rightStart = (keys.range.count - keys.seenByRightOnly + depth - 1) / depth
        let rightSteps = (keys.range.count + depth - 1) / depth - rightStart
        Kernels.addValues(
            Tile<Product>.self, values: values + leftSteps * d, steps: rightStart - leftSteps, d: d,
            weights: scores + leftSteps * width, into: outputs, startsAnew: startsAnew)
        if leftSteps > 0 {
            Kernels.addValues(
                NarrowTile<Product>.self, values: values, steps: leftSteps, d: d, weights: scores, into: outputs,
                startsAnew: false)
        }
        if rightSteps > 0 {
            Kernels.addValues(
                NarrowTile<Product>.self, values: values + rightStart * d, steps: rightSteps, d: d,
                weights: scores + rightStart * width + Lanes.lanes, into: outputs + Lanes.lanes,
                startsAnew: false)
        }
    }

    /// Puts −inf where a lane does not see a key, and finds the largest scores again.
    private func mask(_ keys: Range<Int>, seenByAll: Range<Int>) -> TwoVectors {
        let second = Lanes.lanes
        let (firstLeft, firstRight) = (load(bounds, 0), load(bounds, second))
        let lastLeft = load(bounds, QueryBlock.width)
        let lastRight = load(bounds, QueryBlock.width + second)
        var left = broadcast(-.greatestFiniteMagnitude)
        var right = left
        var score = scores
        for key in keys {
            var scoreLeft = load(score, 0)
            var scoreRight = load(score, second)
            if !seenByAll.contains(key) {
                scoreLeft = vector_keep_visible(scoreLeft, Int32(key), firstLeft, lastLeft)
                scoreRight = vector_keep_visible(scoreRight, Int32(key), firstRight, lastRight)
                store(scoreLeft, score, 0)
                store(scoreRight, score, second)
            }
            left = vector_max(scoreLeft, left)
            right = vector_max(scoreRight, right)
            score += QueryBlock.width
        }
        return TwoVectors(left, right)
    }

    /// As `addValues`, each key for the lanes that see it. Slow, and as rare as non-finite values are.
    private func addVisibleValues(_ keys: Range<Int>, values: UnsafePointer<Float>, d: Int) {
        for key in keys {
            let (step, place) = (key - keys.lowerBound).quotientAndRemainder(dividingBy: Product.depth)
            let weight = scores + step * QueryBlock.width
            for x in 0..<d {
                let value = broadcast(Product.elements(of: values[step * d + x])[place])
                for half in [0, Lanes.lanes] {
                    let sums = outputs + x * QueryBlock.width + half
                    let old = load(sums, 0)
                    let new = Product.accumulate(old, value, load(weight, half))
                    let first = load(bounds, half)
                    let last = load(bounds, QueryBlock.width + half)
                    store(vector_choose_visible(new, old, Int32(key), first, last), sums, 0)
                }
            }
        }
    }
}
