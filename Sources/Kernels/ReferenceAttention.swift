import Attention
import Foundation
import Hardware

/// The oracle: the formula in Double, three loops, nothing clever. Every other kernel is held to it.
///
/// Non-finite input, here and in every kernel: a row is the IEEE result of the formula over the keys that it sees.
/// A NaN or +inf score makes the whole row NaN; a −inf score has weight 0; a row whose scores are all −inf is NaN.
/// Non-finite values at keys that a row does not see never reach it.
///
/// As an oracle and no contestant it allocates in `run`, anew for each row.
public final class ReferenceAttention: AttentionKernel {
    public static let name = "reference"
    public static let summary = "three loops in Double, any mask; the oracle of the others"
    public static let maskFamily = MaskFamily.any

    private let problem: AttentionProblem
    private let team: WorkerTeam
    public private(set) var computedPairs = 0

    public init(for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        self.problem = problem
        self.team = team
    }

    public static func computedPairs(for problem: AttentionProblem) -> Int {
        problem.shape.batch * problem.shape.queryHeads * problem.pairs.allowed
    }

    public static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        // Of the row that sees most: its keys and values as Float, their scores and weights and the output as Double.
        let (keys, d) = (mostVisibleKeys(problem), problem.shape.headDimension)
        return 2 * keys * d * MemoryLayout<Float>.size + (2 * keys + d) * MemoryLayout<Double>.size
    }

    /// No row sees more keys.
    private static func mostVisibleKeys(_ problem: AttentionProblem) -> Int {
        let bound =
            switch problem.mask {
            case .full, .causal: problem.shape.keyLength
            case .slidingWindow(let window): window
            case .symmetricWindow(let radius): 2 * radius + 1
            case .attentionSink(let sinks, let window): sinks + window
            case .chunkedLocal(let chunk): chunk
            }
        return min(bound, problem.shape.keyLength)
    }

    public func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let shape = problem.shape
        computedPairs = 0
        for head in 0..<shape.batch * shape.queryHeads {
            for row in 0..<shape.queryLength {
                let result = Self.row(row, ofHead: head, of: problem, inputs)
                computedPairs += problem.pairs.visibleKeys(row: row).count
                let start = (head * shape.queryLength + row) * shape.headDimension
                for x in 0..<shape.headDimension { output[start + x] = Float(result[x]) }
            }
        }
    }

    /// One output row, from the elements as they are stored. `head` counts over batches: batch · queryHeads + head.
    public static func row(
        _ row: Int, ofHead head: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) -> [Double] {
        self.row(row, ofHead: head, of: problem, inputs, exponential: exp, rounded: { $0 }).output
    }

    struct Row<Real: BinaryFloatingPoint> {
        var output: [Real]
        /// Largest absolute value of the finite scores, scaled.
        let largestScore: Real
    }

    /// The same in any precision: in Float it is the naive kernel, whose error is the measure of all others'.
    /// - Parameter rounded: to the element type, where a kernel that stores it would: weights and outputs
    static func row<Real: BinaryFloatingPoint>(
        _ row: Int, ofHead head: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs,
        exponential: (Real) -> Real, rounded: (Real) -> Real
    ) -> Row<Real> {
        let shape = problem.shape
        let d = shape.headDimension
        let visible = problem.pairs.visibleKeys(row: row)
        let queryStart = (head * shape.queryLength + row) * d
        let keyStart = head / shape.groupSize * shape.keyLength
        let query = inputs.query.elements(queryStart..<queryStart + d)
        var (keys, values): ([Float], [Float]) = ([], [])
        for range in [0..<visible.sinks, visible.band] {
            let elements = (keyStart + range.lowerBound) * d..<(keyStart + range.upperBound) * d
            keys += inputs.key.elements(elements)
            values += inputs.value.elements(elements)
        }
        if problem.cacheFormat != CacheFormat(problem.elementType) {
            keys = problem.cacheFormat.restoredKeys(keys, headDimension: d)
            values = problem.cacheFormat.restoredValues(values, headDimension: d)
        }
        let scores = dotProducts(query, keys, problem.positions).map { $0 * Real(problem.scale) }
        let largest = scores.contains { $0.isNaN } ? .nan : scores.max()!
        let weights = scores.map { exponential($0 - largest) }
        let sum = weights.reduce(0, +)
        var output = [Real](repeating: 0, count: d)
        for (key, weight) in weights.enumerated() {
            let share = rounded(weight / sum)
            for x in 0..<d { output[x] += share * Real(values[key * d + x]) }
        }
        return Row(output: output.map(rounded), largestScore: scores.filter(\.isFinite).map(abs).max() ?? 0)
    }

    /// The query against each of the keys that it sees, both turned first where the problem has positions.
    private static func dotProducts<Real: BinaryFloatingPoint>(
        _ query: [Float], _ keys: [Float], _ positions: PositionEncoding
    ) -> [Real] {
        let d = query.count
        let count = keys.count / d
        var placedQuery = query.map(Real.init)
        if positions == .cacheRelativeRotary { placedQuery = Rotary.turned(placedQuery, position: count - 1) }
        return (0..<count).map { key in
            var dot: Real = 0
            switch positions {
            case .none:
                for x in 0..<d { dot += placedQuery[x] * Real(keys[key * d + x]) }
            case .cacheRelativeRotary:
                let row = Rotary.turned(keys[key * d..<(key + 1) * d].map(Real.init), position: key)
                for x in 0..<d { dot += placedQuery[x] * row[x] }
            }
            return dot
        }
    }
}
