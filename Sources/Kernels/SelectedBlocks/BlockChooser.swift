import Attention
import CVector

/// Which blocks some queries choose, from the float32 scores of all earlier blocks.
///
/// For each query the k largest scores are kept, one more than are chosen. If the last one is further below the others than twice
/// the largest error of a score, then the order is that of Double, and the choice is made. If not, the scores of all blocks that may
/// belong to the chosen ones are computed again in Double. With normal keys that happens to fewer than one query in a hundred, and to few blocks.
/// Rejected: all scores in Double, which take twice the time of float32 and more; scores in float32 alone, which choose another block than
/// the definition now and then, and so an output that no bound on rounding allows.
final class BlockChooser {
    private let problem: AttentionProblem
    private let selection: BlockSelection
    private let means: BlockMeans
    /// Queries that are looked at together.
    private let lanes: Int
    /// k: scores that are kept of each lane.
    private let kept: Int
    /// [blocks][lanes], and room for a tile that ends past the last block.
    let scores: UnsafeMutablePointer<Float>
    /// The smallest score that each lane keeps: −∞ while there is room, +∞ for a lane that has nothing to choose.
    private let thresholds: UnsafeMutablePointer<Float>
    /// [lanes][kept], the largest first.
    private let best: UnsafeMutablePointer<Float>
    private let bestBlocks: UnsafeMutablePointer<Int32>
    private let bestCounts: UnsafeMutablePointer<Int>
    /// [kept], of one query in Double.
    private let exact: UnsafeMutablePointer<Double>
    private let exactBlocks: UnsafeMutablePointer<Int32>
    /// One query [d].
    private let query: UnsafeMutablePointer<Float>

    init(_ problem: AttentionProblem, _ means: BlockMeans, lanes: Int) {
        (self.problem, selection, self.means, self.lanes) = (problem, means.selection, means, lanes)
        kept = Self.kept(problem)
        scores = .allocateZeros((means.count + tileRows) * lanes)
        thresholds = .allocateZeros(max(lanes, QueryBlock.width))
        best = .allocateZeros(lanes * kept)
        bestBlocks = .allocate(capacity: lanes * kept)
        bestCounts = .allocate(capacity: lanes)
        bestCounts.initialize(repeating: 0, count: lanes)
        exact = .allocate(capacity: kept)
        exactBlocks = .allocate(capacity: kept)
        query = .allocateZeros(problem.shape.headDimension)
    }

    deinit {
        for floats in [scores, thresholds, best, query] { floats.deallocate() }
        bestBlocks.deallocate()
        bestCounts.deallocate()
        exact.deallocate()
        exactBlocks.deallocate()
    }

    /// No query compares more blocks than there are.
    private static func kept(_ problem: AttentionProblem) -> Int {
        let selection = problem.selection!
        return min(selection.blocks, selection.earlierBlocks(at: problem.shape.keyLength - 1) + 1)
    }

    static func byteCount(_ problem: AttentionProblem, lanes: Int) -> Int {
        let (kept, blocks) = (kept(problem), problem.selection!.earlierBlocks(at: problem.shape.keyLength - 1))
        return 4 * ((blocks + tileRows) * lanes + max(lanes, QueryBlock.width) + problem.shape.headDimension)
            + 8 * lanes * (kept + 1) + 12 * kept
    }

    // MARK: the largest scores

    /// - Parameter compares: whether this lane has to choose.
    func reset(lane: Int, compares: Bool) {
        bestCounts[lane] = 0
        thresholds[lane] = compares ? -.infinity : .infinity
    }

    /// Looks at the scores of a block of `QueryBlock.width` queries, each vector of them at once.
    /// - Parameter blocks: that all lanes may choose.
    func scan(blocks: Range<Int>) {
        let width = QueryBlock.width
        for block in blocks {
            let row = scores + block &* width
            var larger = vector_larger_lanes(load(row, 0), load(thresholds, 0))
            larger |= vector_larger_lanes(load(row, Lanes.lanes), load(thresholds, Lanes.lanes)) << UInt32(Lanes.lanes)
            while larger != 0 {
                let lane = larger.trailingZeroBitCount
                larger &= larger &- 1
                keep(row[lane], block: block, lane: lane)
            }
        }
    }

    /// The same for one lane.
    func scan(blocks: Range<Int>, lane: Int) {
        for block in blocks where scores[block &* lanes &+ lane] > thresholds[lane] {
            keep(scores[block &* lanes &+ lane], block: block, lane: lane)
        }
    }

    @inline(__always)
    private func keep(_ score: Float, block: Int, lane: Int) {
        let (row, blocks) = (best + lane &* kept, bestBlocks + lane &* kept)
        var place = bestCounts[lane]
        if place == kept { place &-= 1 } else { bestCounts[lane] = place &+ 1 }
        while place > 0, row[place &- 1] < score {
            row[place] = row[place &- 1]
            blocks[place] = blocks[place &- 1]
            place &-= 1
        }
        row[place] = score
        blocks[place] = Int32(truncatingIfNeeded: block)
        if bestCounts[lane] == kept { thresholds[lane] = row[kept &- 1] }
    }

    // MARK: the choice

    /// A query, among the rows of its tensor, and the group of its keys.
    struct Query {
        let elements: UnsafeRawPointer
        let group: Int
        /// Earlier blocks.
        let blocks: Int
    }

    /// Writes the blocks that the query of a lane attends to, k − 1 of them.
    /// - Parameter squares: the sum of the squares of the query's elements, in float32.
    func choose(_ one: Query, lane: Int, squares: Float, into chosen: UnsafeMutablePointer<Int32>) {
        let count = selection.blocks - 1
        let limit = certainty(squares: squares, group: one.group)
        let row = best + lane * kept
        if let limit, bestCounts[lane] == kept, Double(row[count - 1]) - Double(row[count]) > limit {
            chosen.update(from: bestBlocks + lane * kept, count: count)
            return
        }
        for x in 0..<problem.shape.headDimension { query[x] = problem.elementType.element(x, of: one.elements) }
        var found = 0
        let least = limit.map { Float(Double(row[count - 1]) - $0).nextDown } ?? -.infinity
        for block in 0..<one.blocks where limit == nil || scores[block &* lanes &+ lane] >= least {
            let score = exactScore(ofBlock: block, one, lane: lane, amongFirst: found)
            if found == count, !Self.isLarger(score, than: exact[count - 1]) { continue }
            var place = min(found, count - 1)
            found = min(found + 1, count)
            while place > 0, Self.isLarger(score, than: exact[place - 1]) {
                exact[place] = exact[place - 1]
                exactBlocks[place] = exactBlocks[place - 1]
                place -= 1
            }
            exact[place] = score
            exactBlocks[place] = Int32(truncatingIfNeeded: block)
        }
        chosen.update(from: exactBlocks, count: count)
    }

    /// In Double. A block whose mean is that of one of the `found` best has its score: where a text repeats itself, that is so for most
    /// of the close ones, and to compare two means takes a tenth of the time of a product.
    private func exactScore(ofBlock block: Int, _ one: Query, lane: Int, amongFirst found: Int) -> Double {
        let score = scores[block &* lanes &+ lane]
        for place in 0..<found {
            let other = Int(exactBlocks[place])
            if scores[other &* lanes &+ lane] == score, means.areEqual(block, and: other, ofGroup: one.group) {
                return exact[place]
            }
        }
        return means.score(query, block: block, group: one.group)
    }

    /// NaN is larger than any number, so that a block which holds one is not passed over.
    private static func isLarger(_ a: Double, than b: Double) -> Bool { a > b || a.isNaN && !b.isNaN }

    /// By how much two float32 scores of a query have to differ so that their order is that of Double; nil where nothing can be said,
    /// since numbers are too large or too small for float32.
    ///
    /// A sum of d products is off by at most (d + 2) · 2⁻²⁴ of Σ |q · m|, which is at most |q| · |m|; without FMA by twice as much. Twice
    /// that, since each of the two scores may be off; and a little for denormals, which lose all their bits at once.
    private func certainty(squares: Float, group: Int) -> Double? {
        guard squares > 1e-30, squares < 1e37 else { return nil }
        let (d, norm) = (Double(problem.shape.headDimension), Double(squares).squareRoot() * 1.001)
        let product = norm * means.largest(ofGroup: group)
        guard product < 1e37 else { return nil }
        return 4 * (d + 4) * 0x1p-24 * product + d * 0x1p-140 * (1 + norm)
    }
}
