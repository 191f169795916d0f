import Attention
import CVector
import Foundation

/// What one range of keys came to, as a softmax of its own.
struct DecodePartial {
    /// The largest score, scaled, and the sum of weights e^(score − largest): in Double, for scores that float32 cannot hold.
    let largestScore: Double
    let sum: Double
}

/// What each range of each head came to, and how they become one output: the mean of the ranges' means, each by its share
/// of all weights. Sums instead of means could overflow though no mean does.
final class DecodePartials: @unchecked Sendable {
    private let problem: AttentionProblem
    private let ranges: Int
    private let d: Int
    /// [heads][ranges][d, padded]
    private let means: UnsafeMutablePointer<Float>
    /// [heads][ranges]
    private let partials: UnsafeMutablePointer<DecodePartial>

    private static func counts(_ problem: AttentionProblem, ranges: Int) -> (rows: Int, d: Int) {
        (problem.shape.batch * problem.shape.queryHeads * ranges, Lanes.wholeVectors(problem.valueDimension))
    }

    static func byteCount(_ problem: AttentionProblem, ranges: Int) -> Int {
        let (rows, d) = counts(problem, ranges: ranges)
        return rows * (d * MemoryLayout<Float>.stride + MemoryLayout<DecodePartial>.stride)
    }

    init(_ problem: AttentionProblem, ranges: Int) {
        let (rows, d) = Self.counts(problem, ranges: ranges)
        self.problem = problem
        self.ranges = ranges
        self.d = d
        means = .allocate(capacity: rows * d)
        means.initialize(repeating: 0, count: rows * d)
        partials = .allocate(capacity: rows)
        partials.initialize(repeating: DecodePartial(largestScore: 0, sum: 0), count: rows)
    }

    deinit {
        means.deallocate()
        partials.deallocate()
    }

    /// - Parameter sums: of weights times values, [d, padded]
    func put(_ partial: DecodePartial, sums: UnsafePointer<Float>, at place: (head: Int, range: Int)) {
        let row = place.head * ranges + place.range
        let normaliser = broadcast(1 / Float(partial.sum))
        for x in stride(from: 0, to: d, by: Lanes.lanes) { store(load(sums, x) * normaliser, means, row * d + x) }
        partials[row] = partial
    }

    /// A range without a finite score has no mean, and no weight either.
    func put(_ wide: WideRow, at place: (head: Int, range: Int)) {
        let row = place.head * ranges + place.range
        partials[row] = DecodePartial(largestScore: wide.largestScore, sum: wide.sum)
        for (x, element) in wide.meanOfPart.enumerated() { means[row * d + x] = Float(element) }
    }

    /// What the first lanes of a block came to, each of which is a head.
    ///
    /// - Parameter sums: of weights times values, [d][width], with room for a vector of rows behind them
    func put(_ softmax: OnlineSoftmax, sums: UnsafePointer<Float>, ofHeads heads: Range<Int>, range: Int) {
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width {
                rows[lane] = UnsafeMutableRawPointer(
                    means + ((heads.lowerBound + min(lane, heads.count - 1)) * ranges + range) * d)
            }
            for half in [0, Lanes.lanes] where half < heads.count {
                let normaliser = broadcast(1) / load(softmax.sums, half)
                for x in stride(from: 0, to: d, by: Lanes.lanes) {
                    vector_scatter_columns(
                        sums + x * QueryBlock.width + half, QueryBlock.width, normaliser, rows.baseAddress! + half,
                        vector_element_float32, x, Lanes.lanes, min(Lanes.lanes, heads.count - half))
                }
            }
        }
        for (lane, head) in heads.enumerated() { partials[head * ranges + range] = softmax.partial(lane: lane) }
    }

    /// Sums over ranges in their order, whoever computed them.
    func combine(head: Int, into tensors: TensorPointers) {
        let rows = UnsafeBufferPointer(start: partials + head * ranges, count: ranges)
        var largest = rows[0].largestScore
        for row in rows where row.largestScore > largest { largest = row.largestScore }
        let sinkLogit = problem.scoreForm.hasSinkLogits ? sinkLogit(ofHead: head, tensors) : -.infinity
        largest = max(largest, sinkLogit)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: ranges) { shares in
            // The sink is one more range, which has no values.
            var sum = Float(exp(sinkLogit - largest))
            for (range, row) in rows.enumerated() {
                let weight = exp2(broadcast(Float((row.largestScore - largest) * Double(log2E))))[0] * Float(row.sum)
                shares[range] = weight
                sum += weight
            }
            for range in 0..<ranges { shares[range] /= sum }
            write(head, shares: shares, into: tensors.output)
            if let logSumExp = tensors.logSumExp {
                logSumExp[head] = sum == 0 ? -.infinity : Float(largest + log(Double(sum)))
            }
        }
    }

    private func sinkLogit(ofHead head: Int, _ tensors: TensorPointers) -> Double {
        Double(tensors.sinkLogits![head % problem.shape.queryHeads])
    }

    private func write(_ head: Int, shares: UnsafeMutableBufferPointer<Float>, into output: UnsafeMutableRawPointer) {
        let type = problem.elementType
        let elements = problem.valueDimension
        let target = output + head * elements * type.byteCount
        for x in stride(from: 0, to: elements, by: Lanes.lanes) {
            var total = Lanes.zero
            for range in 0..<ranges {
                total = vector_fma(broadcast(shares[range]), load(means, (head * ranges + range) * d + x), total)
            }
            let count = min(Lanes.lanes, elements - x)
            switch type {
            case .float32:
                withUnsafeBytes(of: total) {
                    (target + x * 4).copyMemory(from: $0.baseAddress!, byteCount: count * 4)
                }
            case .bfloat16: vector_store_bfloat16_exactly(total, target + x * 2, count)
            case .float16: vector_store_16(total, vector_element_float16, target + x * 2, count)
            }
        }
    }
}
