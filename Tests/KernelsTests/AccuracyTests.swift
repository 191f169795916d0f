import Attention
import Hardware
import Testing

@testable import Kernels

final class AccuracyTests {
    private let problem: AttentionProblem
    private let inputs: AttentionInputs
    private let right: Tensor

    init() throws {
        let shape = try AttentionShape(queryHeads: 2, keyValueHeads: 1, queryLength: 50, headDimension: 8)
        problem = try AttentionProblem(shape: shape, mask: .slidingWindow(7))
        inputs = AttentionInputs(shape: shape, seed: 2)
        var output = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        ReferenceAttention(for: problem).run(inputs, into: &output)
        right = output
    }

    private func accuracy(changing index: Int, to value: (Float) -> Float) -> Accuracy {
        var output = Tensor(dimensions: right.dimensions)
        for index in 0..<right.count { output[index] = right[index] }
        output[index] = value(right[index])
        return Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
    }

    @Test func acceptsTheReferenceRounded() {
        #expect(accuracy(changing: 0) { $0 }.isAccepted)
    }

    @Test func refusesOneElementThatIsOffByAHundredThousandth() {
        let wrong = accuracy(changing: 450) { $0 + 1e-5 }
        #expect(!wrong.isAccepted)
        #expect(wrong.worst == Accuracy.OutputRow(head: 1, row: 6))
    }

    @Test(arguments: [Float.nan, .infinity])
    func refusesWhatIsNotFiniteWhereTheReferenceIs(value: Float) {
        #expect(!accuracy(changing: 3) { _ in value }.isAccepted)
    }

    @Test func samplesTheEndsOfWhatIsTooMuchToCheck() throws {
        let shape = try AttentionShape(queryHeads: 4, keyValueHeads: 4, queryLength: 100_000, headDimension: 8)
        let problem = try AttentionProblem(shape: shape, mask: .causal)
        let rows = Accuracy.sampledRows(of: problem, seed: 1)
        #expect(rows.first == Accuracy.OutputRow(head: 0, row: 0))
        #expect(rows.contains(Accuracy.OutputRow(head: 3, row: 99_999)))
        let pairs = rows.reduce(0) { $0 + problem.pairs.visibleKeys(row: $1.row).count }
        #expect(pairs <= 1 << 20)
        #expect(rows.count > 10)
        #expect(Accuracy.sampledRows(of: problem, seed: 1) == rows)
    }
}
