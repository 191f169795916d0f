import Attention
import CVector

/// What a fused kernel does with the products of queries and keys, in a pass over the tile that they lie in, before softmax takes them:
/// it scales them, and caps them or lowers them by the distance of the key.
///
/// It is a pass of its own, not a part of the running softmax: a kernel that changes nothing makes no pass and has no branch in its inner
/// loops. The tile is in the first-level cache, so that the pass costs its arithmetic and little else.
struct ScoreChange {
    /// The factor before tanh where scores are capped; else the scale.
    private let factor: Float
    /// Nil where scores have no limit.
    private let softCap: Float?
    /// Of each query head, worked out once; none without ALiBi.
    let slopes: [Float]

    var hasALiBi: Bool { !slopes.isEmpty }

    /// Nil where softmax takes the products as they are, and scales them itself.
    init?(_ problem: AttentionProblem) {
        let form = problem.scoreForm
        guard form.changesScores else { return nil }
        softCap = form.softCap
        factor = form.softCap.map { problem.scale / $0 } ?? problem.scale
        let heads = problem.shape.queryHeads
        slopes = form.hasALiBi ? (0..<heads).map { ScoreForm.alibiSlope(ofHead: $0, among: heads) } : []
    }

    /// A score without its distance.
    @inline(__always)
    func scaled(_ product: Lanes) -> Lanes {
        let scaled = product * broadcast(factor)
        guard let softCap else { return scaled }
        // An infinite product may be a sum that overflowed on its way, which a cap would hide. x − x makes it NaN, and the row is then
        // computed again in Double.
        return vector_fma(tanh(scaled), broadcast(softCap), product - product)
    }

    /// A score from the slope of its head and the distance back to its key.
    @inline(__always)
    func score(_ product: Lanes, slope: Lanes, distance: Lanes) -> Lanes {
        vector_fma(Lanes.zero - slope, distance, scaled(product))
    }
}

extension AttentionProblem {
    /// The factor that is left for softmax: scores that a kernel changes are scaled already.
    var softmaxScale: Float { scoreForm.changesScores ? 1 : scale }
}
