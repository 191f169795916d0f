import Attention
import Foundation
import Hardware

/// The oracle: the formula in Double, three loops, nothing clever. Every other kernel is held to it.
///
/// Non-finite input, here and in every kernel: a row is the IEEE result of the formula over the keys that it sees.
/// A NaN or +inf score makes the whole row NaN; a −inf score has weight 0; a row whose scores are all −inf is NaN.
/// Non-finite values at keys that a row does not see never reach it.
public final class ReferenceAttention: AttentionKernel {
    public static let name = "reference"
    public static let summary = "three loops in Double, any mask; the oracle of the others"
    public static let maskFamily = MaskFamily.any

    private let problem: AttentionProblem
    private let team: WorkerTeam
    public private(set) var computedPairs = 0

    public init(for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        guard problem.elementType == .float32 else {
            throw UnsupportedProblem("reference reads float32, not \(problem.elementType)")
        }
        self.problem = problem
        self.team = team
    }

    public static func computedPairs(for problem: AttentionProblem) -> Int {
        problem.shape.batch * problem.shape.queryHeads * problem.pairs.allowed
    }

    public static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        (problem.shape.keyLength + problem.shape.headDimension) * MemoryLayout<Double>.size
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

    /// One output row. `head` counts over batches: batch · queryHeads + query head.
    public static func row(
        _ row: Int, ofHead head: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) -> [Double] {
        self.row(row, ofHead: head, of: problem, inputs, exponential: exp).output
    }

    struct Row<Real: BinaryFloatingPoint> {
        var output: [Real]
        /// Largest absolute value of the finite scores, scaled.
        let largestScore: Real
    }

    /// The same in any precision: in Float it is the naive kernel, whose error is the measure of all others'.
    static func row<Real: BinaryFloatingPoint>(
        _ row: Int, ofHead head: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs,
        exponential: (Real) -> Real
    ) -> Row<Real> {
        let shape = problem.shape
        let d = shape.headDimension
        let visible = problem.pairs.visibleKeys(row: row)
        let keys = Array(0..<visible.sinks) + Array(visible.band)
        let queryStart = (head * shape.queryLength + row) * d
        let keyStart = head / shape.groupSize * shape.keyLength * d
        return inputs.query.withFloats { q in
            inputs.key.withFloats { k in
                inputs.value.withFloats { v in
                    let scores = keys.map { key in
                        var dot: Real = 0
                        for x in 0..<d { dot += Real(q[queryStart + x]) * Real(k[keyStart + key * d + x]) }
                        return dot * Real(problem.scale)
                    }
                    let largest = scores.contains { $0.isNaN } ? .nan : scores.max()!
                    let weights = scores.map { exponential($0 - largest) }
                    let sum = weights.reduce(0, +)
                    let finite = scores.filter(\.isFinite).map(abs)
                    var result = Row(output: [Real](repeating: 0, count: d), largestScore: finite.max() ?? 0)
                    for (weight, key) in zip(weights, keys) {
                        for x in 0..<d { result.output[x] += weight / sum * Real(v[keyStart + key * d + x]) }
                    }
                    return result
                }
            }
        }
    }
}
