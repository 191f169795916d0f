import Attention
import Kernels

extension RankPart {
    /// How far this part's rows of one query head, counted over batches, are from the reference. It draws the keys that they see
    /// from their seed: no rank holds them.
    public func accuracy(of problem: RankProblem, head: Int, seed: UInt64) -> Accuracy {
        let rows = (problem.isDecode ? 0..<1 : tokens).map { Accuracy.OutputRow(head: head, row: $0) }
        let own = OutputRows(rows, of: problem)
        own.take(from: [self])
        let expected = ExpectedRows(for: problem.problem, DrawnInputs(of: problem.problem, seed: seed), rows)
        return expected.accuracy(ofRows: own.tensor)
    }
}
