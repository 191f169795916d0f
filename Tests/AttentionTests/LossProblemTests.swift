import Foundation
import Testing

@testable import Attention

/// The loss of a last layer as a problem of attention.
struct LossProblemTests {
    private let loss: CrossEntropyProblem
    private let problem: AttentionProblem

    init() throws {
        loss = try CrossEntropyProblem(tokens: 12, vocabulary: 700, hiddenSize: 48, elementType: .bfloat16)
        problem = try .loss(loss)
    }

    @Test func aPairIsATokenAndAWord() {
        #expect(problem.pairs.allowed == loss.logits)
        #expect(problem.crossEntropy == loss)
        let work = Work(.loss, problem: problem, computedPairs: nil)
        #expect(work.usefulPairs == 12 * 700)
        #expect(work.flops == 3 * loss.productFLOPs)
    }

    /// Inputs in the type of the problem, results in float32; a target and a loss for each token.
    @Test func bytesAreThoseOfItsTensors() {
        let (inputs, outputs) = (Phase.loss.inputs(of: problem), Phase.loss.outputs(of: problem))
        #expect(inputs.map(\.name) == ["hidden", "classifier", "targets"])
        #expect(outputs.map(\.name) == ["hiddenGradient", "classifierGradient", "losses"])
        #expect(inputs.map(\.byteCount) == [12 * 48 * 2, 700 * 48 * 2, 12 * 4])
        #expect(outputs.map(\.byteCount) == [12 * 48 * 4, 700 * 48 * 4, 12 * 4])
        let all = (inputs + outputs).reduce(0) { $0 + $1.byteCount }
        #expect(Phase.loss.tensorBytes(of: problem) == all)
        #expect(Phase.lossBytes(tokens: 12, words: 700, hiddenSize: 48, .bfloat16) == all)
        #expect(Work(.loss, problem: problem, computedPairs: nil).bytes == all)
        let (count, type) = (Phase.loss.output(of: problem).count, Phase.loss.output(of: problem).elementType)
        #expect(count == (12 + 700) * 48 + 12 && type == .float32)
    }

    @Test func attentionIsNoLoss() throws {
        func problem(_ mask: Mask, heads: Int = 1, scale: Float? = 1, keys: Int = 64) throws -> AttentionProblem {
            try AttentionProblem(
                shape: AttentionShape(
                    queryHeads: heads, keyValueHeads: heads, queryLength: 8, keyLength: keys, headDimension: 16),
                mask: mask, scale: scale)
        }
        #expect(try problem(.full).crossEntropy != nil)
        #expect(try problem(.causal).crossEntropy == nil)
        #expect(try problem(.full, heads: 2).crossEntropy == nil)
        #expect(try problem(.full, scale: nil).crossEntropy == nil)
        #expect(try problem(.full, keys: AttentionProblem.mostWords + 1).crossEntropy == nil)
    }

    @Test func itIsWrittenAndReadAsAProblem() throws {
        let read = try JSONDecoder().decode(AttentionProblem.self, from: JSONEncoder().encode(problem))
        #expect(read == problem)
    }

    /// Float32 holds the number of every word that there may be.
    @Test func targetsAreReadFromNumbers() throws {
        let targets: [Int32] = [0, 699, 5]
        let inputs = AttentionInputs(
            hidden: Tensor(dimensions: [3, 2]), classifier: Tensor(dimensions: [700, 2]), targets: targets)
        let found = AttentionInputs.targets(from: inputs.targetNumbers(), words: 700)
        #expect(found == targets)
        let values = inputs.value.count
        #expect(values == 1, "no memory is taken for values that do not exist")
        for wrong: Float in [700, -1, 0.5, .nan, .infinity] {
            var numbers = inputs.targetNumbers()
            numbers[1] = wrong
            let none = AttentionInputs.targets(from: numbers, words: 700)
            #expect(none == nil, "\(wrong)")
        }
        #expect(Float(AttentionProblem.mostWords) - 1 == Float(AttentionProblem.mostWords - 1))
    }
}
