import Attention
import Foundation
import Testing

@testable import Kernels

struct ReferenceScratchTests {
    /// The oracle keeps the scores of one row, so a window takes no more for a longer text.
    @Test(arguments: [
        Mask.full, .causal, .slidingWindow(40), .symmetricWindow(radius: 20), .attentionSink(sinks: 4, window: 30),
        .chunkedLocal(50), .slidingWindow(1000),
    ])
    func countsTheRowThatSeesMost(mask: Mask) throws {
        let (length, d) = (300, 8)
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: length, headDimension: d), mask: mask)
        let most = (0..<length).map { problem.pairs.visibleKeys(row: $0).count }.max()!
        let bytes = most * d * 4 + 2 * most * 8 + d * 8
        #expect(ReferenceAttention.scratchBytes(for: problem, threads: 1) == bytes)
    }

    /// Rows are copied in blocks: ranges that begin and end within one come out as the formula says.
    @Test(arguments: [Mask.causal, .slidingWindow(5000), .attentionSink(sinks: 3, window: 4096), .slidingWindow(1)])
    func rowsLongerThanABlockAreWhole(mask: Mask) throws {
        let (length, d) = (9000, 4)
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 1, keyLength: length, headDimension: d), mask: mask)
        let inputs = AttentionInputs(shape: problem.shape, seed: 5)
        let keys = (0..<length).filter { problem.pairs.visibleKeys(row: 0).contains($0) }
        var scores: [Double] = []
        for key in keys {
            var dot = 0.0
            for x in 0..<d { dot += Double(inputs.query[x]) * Double(inputs.key[key * d + x]) }
            scores.append(dot * Double(problem.scale))
        }
        let largest = scores.max()!
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        let output = ReferenceAttention.row(0, ofHead: 0, of: problem, inputs)
        for x in 0..<d {
            var sum = 0.0
            for (key, weight) in zip(keys, weights) { sum += weight * Double(inputs.value[key * d + x]) }
            #expect(abs(output[x] - sum / total) < 1e-12)
        }
    }

    /// One query of one head is one row, however long its context.
    @Test func noRowIsCheckedTwice() throws {
        let step = try AttentionProblem(
            shape: AttentionShape(queryLength: 1, keyLength: 1 << 21, headDimension: 4), mask: .causal)
        #expect(Accuracy.sampledRows(of: step, seed: 1).count == 1)
        let prompt = try AttentionProblem(
            shape: AttentionShape(queryLength: 5000, headDimension: 4), mask: .slidingWindow(9))
        let rows = Accuracy.sampledRows(of: prompt, seed: 1)
        #expect(Set(rows).count == rows.count && rows.count > 50)
    }
}
