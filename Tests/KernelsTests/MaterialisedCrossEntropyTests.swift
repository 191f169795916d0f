import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

@Suite(.tags(.slow)) struct MaterialisedCrossEntropyTests {
    @Test(arguments: LossSizes.all)
    func agreesWithTheOracle(sizes: LossSizes) throws {
        let problem = try sizes.problem()
        let inputs = CrossEntropyInputs(for: problem, seed: 11)
        let expected = ExpectedCrossEntropy(for: problem, inputs)
        for team in [WorkerTeam(), WorkerTeam(threads: 2)] {
            let instance = try MaterialisedCrossEntropy(for: problem, on: team)
            var losses = TokenLosses(for: problem)
            losses.spoil()
            instance.run(inputs, into: &losses)
            #expect(expected.fault(of: losses) == nil)
            for call in 1...2 {
                var gradients = CrossEntropyGradients(for: problem)
                gradients.spoil()
                CrossEntropyPointers.with(inputs) { tensors in
                    GradientPlaces.with(&gradients) { _ = instance.differentiate(tensors, into: $0) }
                }
                #expect(expected.fault(of: gradients) == nil, "call \(call)")
            }
        }
    }

    /// What it saves can be what the cut backward pass starts from.
    @Test func itsLossesServeTheCutBackwardPass() throws {
        let problem = try LossSizes(37, 41, 13).problem()
        let inputs = CrossEntropyInputs(for: problem, seed: 2)
        let team = WorkerTeam()
        var losses = TokenLosses(for: problem)
        try MaterialisedCrossEntropy(for: problem, on: team).run(inputs, into: &losses)
        var gradients = CrossEntropyGradients(for: problem)
        CutCrossEntropyBackward(for: problem, on: team).run(inputs, losses, into: &gradients)
        #expect(ExpectedCrossEntropy(for: problem, inputs).fault(of: gradients) == nil)
    }

    @Test func itsMemoryIsThatOfAllLogits() throws {
        let problem = try LossSizes(1000, 5000, 64).problem()
        #expect(MaterialisedCrossEntropy.scratchBytes(for: problem) == (1000 * 5000 + 4 * 1000) * 4)
    }

    @Test func otherTypesAreRefused() throws {
        let problem = try LossSizes(2, 3, 4).problem(.bfloat16)
        #expect(throws: UnsupportedProblem.self) { try MaterialisedCrossEntropy(for: problem, on: WorkerTeam()) }
    }
}
