import Attention
import Testing

@testable import Kernels

/// The reference of inputs that nobody holds is the reference of whole tensors, to the last bit.
@Suite struct DrawnRowsTests {
    @Test(
        arguments: ElementType.allCases,
        [
            Mask.full, .causal, .slidingWindow(1), .slidingWindow(40), .attentionSink(sinks: 5, window: 20),
            .chunkedLocal(32),
        ])
    func rowsAreThoseOfWholeTensors(type: ElementType, mask: Mask) throws {
        let shape = try AttentionShape(batch: 2, queryHeads: 6, keyValueHeads: 2, queryLength: 90, headDimension: 16)
        try expectTheSame(AttentionProblem(shape: shape, mask: mask, elementType: type), .prefill)
    }

    /// Keys that are drawn in several blocks, and a step over a cache.
    @Test(arguments: [Phase.prefill, .decode]) func longRowsAreThoseOfWholeTensors(phase: Phase) throws {
        let shape = try AttentionShape(
            queryHeads: 2, keyValueHeads: 1, queryLength: phase == .decode ? 1 : 70_000, keyLength: 70_000,
            headDimension: 64)
        try expectTheSame(
            AttentionProblem(shape: shape, mask: phase == .decode ? .causal : .slidingWindow(9000)), phase)
    }

    /// Of an output of zeros, which every reference is far from.
    private func expectTheSame(_ problem: AttentionProblem, _ phase: Phase) throws {
        let inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: 21)
        var output = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        let oracle = Oracle(phase, problem)
        let whole = oracle.expected(for: inputs, .sampled(seed: 2)).accuracy(of: output)
        let drawn = oracle.expected(for: DrawnInputs(of: problem, seed: 21), .sampled(seed: 2))
        #expect(drawn.accuracy(of: output) == whole)
        #expect(!whole.isAccepted && drawn.rows == Accuracy.sampledRows(of: problem, seed: 2))
        // Rows alone, of which one is farther off.
        let d = problem.shape.headDimension
        var rows = Tensor(problem.elementType, dimensions: [drawn.rows.count, d])
        #expect(drawn.accuracy(ofRows: rows) == whole)
        let last = drawn.rows.count - 1
        rows[last * d] = 100
        output[(drawn.rows[last].head * problem.shape.queryLength + drawn.rows[last].row) * d] = 100
        #expect(drawn.accuracy(ofRows: rows) == drawn.accuracy(of: output))
        #expect(drawn.accuracy(ofRows: rows).worst == drawn.rows[last])
    }
}
