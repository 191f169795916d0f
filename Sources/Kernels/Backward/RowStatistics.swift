import Attention
import CVector

/// The two numbers of a query that every pair of it needs in a backward pass: the log-sum-exp of its scores, and Σ dO ∘ O.
///
/// In Double, since rows of gradients that are written again (`WideGradients`) start from them too.
struct RowStatistics {
    let logSumExp: Double
    let outputDot: Double

    /// A log-sum-exp of this size is rounded by up to 2⁻¹¹ in float32, and weights that are computed from it are wrong by as
    /// large a part. From 10⁷ on they would be wrong altogether: 0, or infinite.
    private static let largestLogSumExp = 0x1p14

    /// From what the forward pass left, where float32 can hold both numbers; else from all keys that the query sees, which costs
    /// what a `WideRow` does. Where the log-sum-exp is not a number, every pair of the query is not, whatever the other one is.
    ///
    /// - Parameter row: among all rows of Q.
    init(ofRow row: Int, of problem: AttentionProblem, _ tensors: BackwardPointers, _ forward: ForwardPointers) {
        let (d, type) = (problem.shape.headDimension, problem.elementType)
        let offset = row * d * type.byteCount
        let saved = Double(forward.logSumExp[row])
        let dot = wide_dot(type.layout, forward.output + offset, tensors.outputGradient + offset, d)
        if saved.isNaN || abs(saved) <= Self.largestLogSumExp && dot.isFinite {
            (logSumExp, outputDot) = (saved, dot)
            return
        }
        let (head, query) = row.quotientAndRemainder(dividingBy: problem.shape.queryLength)
        let visible = problem.pairs.visibleKeys(row: query)
        let wide = WideRow(
            Accuracy.OutputRow(head: head, row: query), over: [0..<visible.sinks, visible.band], of: problem, tensors)
        var gradient = [Double](repeating: 0, count: d)
        wide_add(type.layout, 1, tensors.outputGradient + offset, &gradient, d)
        logSumExp = wide.logSumExp
        outputDot = zip(gradient, wide.mean).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// For weights in float32. NaN where float32 would round it too much: then every row of gradients that the query has a part in
    /// is not a number either, and is written again in Double.
    var narrowLogSumExp: Float { abs(logSumExp) <= Self.largestLogSumExp ? Float(logSumExp) : .nan }
}
