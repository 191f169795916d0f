import Attention
import CVector

/// The sizes of a worker's memory, in float32 words.
struct FusedWorkspaceSize {
    /// Keys that go through the three steps together.
    static let keyTile = 128

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
        computedPairs += QueryBlock.width * (sinks.count + band.count)
        prepareFetching(next, after: band, group: group, blocks, tensors)
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
        let nextBand = blocks.keys(ofBlock: next).band
        let newKeys = nextBand.lowerBound..<min(nextBand.upperBound, max(band.lowerBound, nextBand.lowerBound))
        guard !newKeys.isEmpty else { return }
        let (key, value) = element.addresses(from: newKeys.lowerBound, group: group, tensors)
        let byteCount = newKeys.count * problem.shape.headDimension * Element.layout.byteCount
        prefetch.append(key, byteCount: byteCount)
        prefetch.append(value, byteCount: byteCount)
    }

    private enum Masking { case scores, scoresAndValues }

    private func attend(
        _ sinks: Range<Int>, _ band: Range<Int>, group: Int, _ lanes: BlockLanes, _ tensors: TensorPointers,
        masking: Masking
    ) {
        outputs.update(repeating: 0, count: problem.shape.headDimension * QueryBlock.width)
        softmax.reset()
        if !sinks.isEmpty {
            let seenByAll = setBounds(lanes) { 0..<$0.sinks }
            attend(keys: sinks, seenByAll: seenByAll, group: group, tensors, masking)
        }
        let seenByAll = setBounds(lanes) { $0.band }
        attend(keys: band, seenByAll: seenByAll, group: group, tensors, masking)
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
        keys: Range<Int>, seenByAll: Range<Int>, group: Int, _ tensors: TensorPointers, _ masking: Masking
    ) {
        let d = problem.shape.headDimension
        var start = keys.lowerBound
        while start < keys.upperBound {
            let count = min(FusedWorkspaceSize.keyTile, keys.upperBound - start)
            let tile = start..<start + count
            let isWhole = tile.clamped(to: seenByAll) == tile
            prefetch.issue(lines: count)
            let (rows, stride) = element.keys(from: start, count: count, group: group, tensors)
            var largest = multiplyScores(
                Product.self, keys: rows, stride: stride, keyCount: count, steps: element.keySteps,
                queries: queries, into: scores)
            if !isWhole { largest = mask(tile, seenByAll: seenByAll) }
            softmax.update(
                Product.self, scores: scores, keyCount: count, tileMaximum: largest, outputs: outputs, d: d)
            prefetch.issue(lines: count)
            let values = element.values(from: start, count: count, group: group, tensors)
            if isWhole || masking == .scores {
                let steps = (count + Product.depth - 1) / Product.depth
                addValues(Product.self, values: values, steps: steps, d: d, weights: scores, into: outputs)
            } else {
                addVisibleValues(tile, values: values, d: d)
            }
            start += count
        }
    }

    /// Puts −inf where a lane does not see a key, and finds the largest scores again.
    private func mask(_ keys: Range<Int>, seenByAll: Range<Int>) -> (Lanes, Lanes) {
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
        return (left, right)
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
