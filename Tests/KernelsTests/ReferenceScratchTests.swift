import Attention
import Testing

@testable import Kernels

struct ReferenceScratchTests {
    /// The oracle copies the keys and values of one row, so a window takes no more for a longer text.
    @Test(arguments: [
        Mask.full, .causal, .slidingWindow(40), .symmetricWindow(radius: 20), .attentionSink(sinks: 4, window: 30),
        .chunkedLocal(50), .slidingWindow(1000),
    ])
    func countsTheKeysAndValuesOfTheRowThatSeesMost(mask: Mask) throws {
        let (length, d) = (300, 8)
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: length, headDimension: d), mask: mask)
        let most = (0..<length).map { problem.pairs.visibleKeys(row: $0).count }.max()!
        let bytes = 2 * most * d * 4 + 2 * most * 8 + d * 8
        #expect(ReferenceAttention.scratchBytes(for: problem, threads: 1) == bytes)
    }
}
