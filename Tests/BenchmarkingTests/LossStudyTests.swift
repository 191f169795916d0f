import Attention
import Benchmarking
import Hardware
import Kernels
import Testing

struct LossStudyTests {
    private func study(_ elementType: ElementType = .float32) throws -> LossStudy {
        try LossStudy.measure(
            LossStudy.Plan(tokens: 70, vocabularies: [300], hiddenSizes: [20], elementType: elementType, rounds: 2),
            on: WorkerTeam())
    }

    @Test func eachCostIsOfItsClosedForm() throws {
        let product = 2 * 70 * 300 * 20
        let flops = Dictionary(
            uniqueKeysWithValues: try study().costs.map { ("\($0.kernel) \($0.pass.rawValue)", $0.flops / product) })
        #expect(
            flops == [
                "cross-entropy-logits forward": 1, "cross-entropy-logits backward": 2, "cross-entropy-cut forward": 1,
                "cross-entropy-cut backward": 3, "cross-entropy-cut-filtered forward": 1,
                "cross-entropy-cut-filtered backward": 3,
            ])
    }

    @Test func onlyTheFilteredKernelHasAFilter() throws {
        let filters = try study().costs.compactMap { cost in cost.filter.map { (cost.kernel, $0) } }
        #expect(filters.map(\.0) == ["cross-entropy-cut-filtered"])
        #expect(filters.allSatisfy { (0...1).contains($0.1.leftOut) && $0.1.hiddenError < 0.1 })
    }

    @Test func otherTypesHaveNoProductToCompareWith() throws {
        let study = try study(.bfloat16)
        #expect(study.costs.count == 4 && study.costs.allSatisfy { $0.shareOfProduct == nil })
        #expect(study.skipped.map(\.kernel) == ["cross-entropy-logits"])
    }

    /// Most weight on few words, a mean loss of a small language model, and next words at both ends of the vocabulary.
    @Test func plantedPredictionsAreLikeThoseOfAModel() throws {
        let problem = try CrossEntropyProblem(tokens: 400, vocabulary: 4000, hiddenSize: 64)
        let inputs = CrossEntropyInputs.planted(for: problem, seed: 3)
        var losses = TokenLosses(for: problem)
        CutCrossEntropy(for: problem, on: WorkerTeam()).run(inputs, into: &losses)
        let mean = losses.mean
        #expect((0.5...4).contains(mean), "\(mean)")
        #expect(inputs.targets.filter { $0 < 40 }.count > 100)
        #expect(inputs.targets.filter { $0 > 2000 }.count > 10)
    }
}
