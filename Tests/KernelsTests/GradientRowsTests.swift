import Attention
import Hardware
import Testing

@testable import Kernels

/// Which rows of gradients are compared where all are too many, and that a fault elsewhere is found all the same.
struct GradientRowsTests {
    private static func problem(_ mask: Mask, _ length: Int) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(queryHeads: 2, keyValueHeads: 1, queryLength: length, headDimension: 8), mask: mask)
    }

    @Test func fewRowsAreAllCompared() throws {
        #expect(GradientRows.sampled(of: try Self.problem(.causal, 100), seed: 1).areAll)
    }

    /// Of a causal text the last keys, which few queries see; of a window any.
    @Test(arguments: [Mask.causal, .slidingWindow(64), .full, .attentionSink(sinks: 4, window: 60)])
    func theOracleGoesThroughFewPairs(mask: Mask) throws {
        let problem = try Self.problem(mask, 4000)
        let rows = GradientRows.sampled(of: problem, seed: 1)
        #expect(!rows.areAll && !rows.queries.isEmpty)
        // Without a mask each key costs all pairs.
        #expect(rows.keys.isEmpty == (mask == .full))
        let pairs = (0..<2).flatMap { head in
            rows.queriesNeeded(head: head, of: problem).map { problem.pairs.visibleKeys(row: $0).count }
        }.reduce(0, +)
        #expect(pairs <= 3 * Oracle.gradientPairBudget, "\(pairs) pairs")
        if mask == .slidingWindow(64) { #expect(rows.keys.contains { $0.row < 3900 }) }
    }

    /// A key in the middle of a causal text is none of those that are compared.
    @Test func aKeyThatIsLeftOutShowsInTheSum() throws {
        let problem = try Self.problem(.causal, 600)
        let inputs = AttentionInputs(shape: problem.shape, seed: 1, withOutputGradient: true)
        let kernel = try GradientKernel(.backward, for: problem, on: WorkerTeam(), .standard)
        kernel.load(from: inputs)
        var gradients = Phase.backward.output(of: problem)
        kernel.run(inputs, into: &gradients)
        let expected = Oracle(.backward, problem).expected(for: inputs, .sampled(seed: 3))
        let right = expected.accuracy(of: gradients)
        #expect(right.isAccepted, "\(right.excess)")
        let start = problem.shape.queryCount + problem.shape.keyCount + 200 * problem.shape.headDimension
        for x in 0..<problem.shape.headDimension { gradients[start + x] = 0 }
        let wrong = expected.accuracy(of: gradients)
        #expect(!wrong.isAccepted)
        #expect(wrong.excess.hasSuffix("of the gradient of the value, summed over all keys"))
    }
}
