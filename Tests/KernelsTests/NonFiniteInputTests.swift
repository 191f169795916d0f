import Attention
import Hardware
import Testing

@testable import Kernels

/// A non-finite value reaches the rows that see it, all of them, and no other row.
struct NonFiniteInputTests {
    private static let windowed = [
        "sliding-window", "sliding-window-dense", "chunked-overlap", "attention-sink", "chunked-local",
        "symmetric-window", "chunked-overlap-symmetric",
    ]

    @Test(arguments: windowed, [InputPattern.keyNaN, .valueNaN, .valueInfinite])
    func touchesOnlyTheRowsThatSeeIt(name: String, pattern: InputPattern) throws {
        let type = try Kernel.builtIn.named(name)
        let mask = try type.masks.mask([.window: 20, .sinks: 4, .chunk: 48])
        let shape = try AttentionShape(queryLength: 300, headDimension: 24)
        let problem = try AttentionProblem(shape: shape, mask: mask)
        let inputs = pattern.makeInputs(shape: shape, seed: 3)
        var output = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        try type.prepare(for: problem, on: WorkerTeam()).run(inputs, into: &output)
        for row in 0..<shape.queryLength {
            let isTouched = (0..<shape.headDimension).contains { !output[row * shape.headDimension + $0].isFinite }
            #expect(isTouched == problem.pairs.visibleKeys(row: row).contains(150), "row \(row)")
        }
    }

    @Test func aRowWithoutAFiniteScoreIsNaN() throws {
        let shape = try AttentionShape(queryLength: 40, headDimension: 8)
        let problem = try AttentionProblem(shape: shape, mask: .causal)
        let inputs = InputPattern.scoresAllNegativeInfinite.makeInputs(shape: shape, seed: 1)
        var output = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        try Kernel.full.prepare(for: problem, on: WorkerTeam()).run(inputs, into: &output)
        #expect(output[0].isNaN)
        #expect(output[39 * 8].isFinite)
    }
}
