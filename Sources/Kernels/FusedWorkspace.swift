import Attention
import CVector

/// What one worker needs to attend a block of queries, allocated once.
final class FusedWorkspace: @unchecked Sendable {
    /// Keys that go through the three steps together.
    static let keyTile = 128

    /// Qᵀ [d rounded up to whole vectors][width]
    private let queries: UnsafeMutablePointer<Float>
    /// Oᵀ [d rounded up to whole vectors and register tiles][width]
    private let outputs: UnsafeMutablePointer<Float>
    /// Sᵀ, then Pᵀ [keyTile rounded up][width]
    private let scores: UnsafeMutablePointer<Float>
    private let softmax: OnlineSoftmax
    /// First and last visible key of each lane in the range at hand.
    private let bounds: UnsafeMutablePointer<Int32>
    private let storage: UnsafeMutableRawPointer

    var computedPairs = 0

    private static func floatCounts(headDimension d: Int) -> [Int] {
        [
            (d + Lanes.lanes) * QueryBlock.width,
            (d + Lanes.lanes + Tile.rows) * QueryBlock.width,
            (keyTile + Tile.rows) * QueryBlock.width,
            OnlineSoftmax.floatCount,
            2 * QueryBlock.width,
        ]
    }

    static func byteCount(headDimension: Int) -> Int {
        floatCounts(headDimension: headDimension).reduce(0, +) * MemoryLayout<Float>.size
    }

    init(problem: AttentionProblem) {
        let counts = Self.floatCounts(headDimension: problem.shape.headDimension)
        storage = .allocate(byteCount: counts.reduce(0, +) * MemoryLayout<Float>.size, alignment: 4096)
        let floats = storage.bindMemory(to: Float.self, capacity: counts.reduce(0, +))
        queries = floats
        outputs = queries + counts[0]
        scores = outputs + counts[1]
        softmax = OnlineSoftmax(storage: scores + counts[2], scale: problem.scale)
        bounds = UnsafeMutableRawPointer(scores + counts[2] + counts[3])
            .bindMemory(to: Int32.self, capacity: counts[4])
    }

    deinit { storage.deallocate() }

    func attend(block: Int, group: Int, blocks: QueryBlocks, problem: AttentionProblem, _ tensors: TensorPointers) {
        let shape = problem.shape
        let d = shape.headDimension
        let lanes = BlockLanes(block: block, group: group, shape: shape)
        lanes.loadQueries(tensors.query, into: queries)

        let keyStart = group * shape.keyLength * d
        let (key, value) = (tensors.key + keyStart, tensors.value + keyStart)
        let (sinks, band) = blocks.keys(ofBlock: block)
        computedPairs += QueryBlock.width * (sinks.count + band.count)
        attend(sinks, band, lanes, problem, key, value, masking: .scores)
        // 0 · inf is NaN: a non-finite value leaves its trace in every lane of its tile, seen or not. Finite outputs
        // prove that there was none; else once more, with care.
        if !areFinite(outputs, count: d * QueryBlock.width) {
            attend(sinks, band, lanes, problem, key, value, masking: .scoresAndValues)
        }
        lanes.storeOutputs(outputs, sums: softmax.sums, into: tensors.output)
    }

    private enum Masking { case scores, scoresAndValues }

    private func attend(
        _ sinks: Range<Int>, _ band: Range<Int>, _ lanes: BlockLanes, _ problem: AttentionProblem,
        _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>, masking: Masking
    ) {
        let d = problem.shape.headDimension
        outputs.update(repeating: 0, count: d * QueryBlock.width)
        softmax.reset()
        if !sinks.isEmpty {
            let whole = setBounds(lanes, problem) { 0..<$0.sinks }
            attend(keys: sinks, seenByAll: whole, key, value, d, masking)
        }
        let whole = setBounds(lanes, problem) { $0.band }
        attend(keys: band, seenByAll: whole, key, value, d, masking)
    }

    /// Sets each lane's bounds to one of its visible ranges; returns the keys that all lanes see.
    private func setBounds(
        _ lanes: BlockLanes, _ problem: AttentionProblem, _ range: (VisibleKeys) -> Range<Int>
    ) -> Range<Int> {
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
        keys: Range<Int>, seenByAll: Range<Int>, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>, _ d: Int,
        _ masking: Masking
    ) {
        var start = keys.lowerBound
        while start < keys.upperBound {
            let count = min(Self.keyTile, keys.upperBound - start)
            let tileKeys = start..<start + count
            let rows = key + start * d
            var largest = multiplyScores(keys: rows, keyCount: count, d: d, queries: queries, into: scores)
            let isWhole = tileKeys.clamped(to: seenByAll) == tileKeys
            if !isWhole { largest = mask(tileKeys, seenByAll: seenByAll) }
            softmax.update(scores: scores, keyCount: count, tileMaximum: largest, outputs: outputs, d: d)
            if isWhole || masking == .scores {
                addValues(values: value + start * d, keyCount: count, d: d, weights: scores, into: outputs)
            } else {
                addVisibleValues(tileKeys, values: value, d: d)
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
            let weight = scores + (key - keys.lowerBound) * QueryBlock.width
            for x in 0..<d {
                let value = broadcast(values[key * d + x])
                for half in [0, Lanes.lanes] {
                    let sums = outputs + x * QueryBlock.width + half
                    let old = load(sums, 0)
                    let new = vector_fma(value, load(weight, half), old)
                    let first = load(bounds, half)
                    let last = load(bounds, QueryBlock.width + half)
                    store(vector_choose_visible(new, old, Int32(key), first, last), sums, 0)
                }
            }
        }
    }
}
