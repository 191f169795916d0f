import Attention
import CVector

/// What each range of each head came to, and how they become one output.
final class DecodePartials: @unchecked Sendable {
    private let problem: AttentionProblem
    private let ranges: Int
    private let d: Int
    /// [heads][ranges][d, padded], then largest scores and sums [heads][ranges] each.
    private let outputs: UnsafeMutablePointer<Float>
    private let largest: UnsafeMutablePointer<Float>
    private let sums: UnsafeMutablePointer<Float>

    private static func counts(_ problem: AttentionProblem, ranges: Int) -> (rows: Int, d: Int) {
        let layout = CacheTileLayout(problem.cacheFormat, headDimension: problem.shape.headDimension)
        return (problem.shape.batch * problem.shape.queryHeads * ranges, layout.d)
    }

    static func words(_ problem: AttentionProblem, ranges: Int) -> Int {
        let (rows, d) = counts(problem, ranges: ranges)
        return rows * (d + 2)
    }

    init(_ problem: AttentionProblem, ranges: Int) {
        let (rows, d) = Self.counts(problem, ranges: ranges)
        self.problem = problem
        self.ranges = ranges
        self.d = d
        outputs = .allocate(capacity: rows * (d + 2))
        outputs.initialize(repeating: 0, count: rows * (d + 2))
        largest = outputs + rows * d
        sums = largest + rows
    }

    deinit { outputs.deallocate() }

    func put(_ output: UnsafePointer<Float>, largest: Float, sum: Float, head: Int, range: Int) {
        let row = head * ranges + range
        (outputs + row * d).update(from: output, count: d)
        self.largest[row] = largest
        sums[row] = sum
    }

    /// Sums over ranges in their order, whoever computed them.
    func combine(head: Int, into output: UnsafeMutableRawPointer) {
        let rows = head * ranges..<(head + 1) * ranges
        var maximum = largest[rows.lowerBound]
        for row in rows where largest[row] > maximum { maximum = largest[row] }
        let factor = problem.scale * log2E
        var sum: Float = 0
        for row in rows {
            // A range's largest score gives way to the share that the range has.
            let share = exp2(broadcast((largest[row] - maximum) * factor))[0]
            largest[row] = share
            sum += share * sums[row]
        }
        let type = problem.elementType
        let headDimension = problem.shape.headDimension
        let target = output + head * headDimension * type.byteCount
        for x in stride(from: 0, to: headDimension, by: Lanes.lanes) {
            var total = Lanes.zero
            for row in rows { total = vector_fma(broadcast(largest[row]), load(outputs, row * d + x), total) }
            total *= broadcast(1 / sum)
            let count = min(Lanes.lanes, headDimension - x)
            switch type {
            case .float32:
                withUnsafeBytes(of: total) {
                    (target + x * 4).copyMemory(from: $0.baseAddress!, byteCount: count * 4)
                }
            case .bfloat16: vector_store_16(total, vector_element_bfloat16, target + x * 2, count)
            case .float16: vector_store_16(total, vector_element_float16, target + x * 2, count)
            }
        }
    }
}
