import Attention

/// What becomes of the scaled scores of one query, one after the other: where the precision is Double, or that of the reference.
struct RowScores {
    private let softCap: Float?
    /// Nil without ALiBi.
    private let slope: Float?
    private let position: Int

    /// - Parameter place: whose head counts over batches.
    init(of place: Accuracy.OutputRow, _ problem: AttentionProblem) {
        softCap = problem.scoreForm.softCap
        let heads = problem.shape.queryHeads
        slope = problem.scoreForm.hasALiBi ? ScoreForm.alibiSlope(ofHead: place.head % heads, among: heads) : nil
        position = problem.shape.firstPosition + place.row
    }

    /// A scaled score without its distance.
    func capped<Real: BinaryFloatingPoint>(_ score: Real, by tanh: (Real) -> Real) -> Real {
        softCap.map { Real($0) * tanh(score / Real($0)) } ?? score
    }

    /// What the distance of a key takes from its score.
    func penalty<Real: BinaryFloatingPoint>(ofKey key: Int) -> Real {
        slope.map { Real($0) * Real(position - key) } ?? 0
    }
}
