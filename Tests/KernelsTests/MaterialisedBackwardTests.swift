import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

@Suite(.tags(.slow)) struct MaterialisedBackwardTests {
    @Test func agreesWithTheOracle() throws {
        let anyMask = Kernel.fused("any-mask", masks: .any, summary: "every mask there is")
        let teams = [WorkerTeam(), WorkerTeam(threads: 2)]
        for problemCase in ProblemCases.all(for: anyMask, in: .float32) where problemCase.inputs.isFinite {
            let problem = problemCase.problem
            let attention = problemCase.inputs.makeInputs(shape: problem.shape, elementType: .float32, seed: 7)
            let gradient = outputGradients(of: problem, seed: 9)
            let expected = ExpectedGradients(for: problem, attention, outputGradient: gradient)
            let inputs = try BackwardInputs(attention, outputGradient: gradient, of: problem, on: teams[0])
            for team in teams {
                let backward = try MaterialisedBackward(for: problem, on: team)
                backward.keepWeights(of: inputs.attention)
                var gradients = AttentionGradients(for: problem)
                gradients.spoil()
                backward.run(inputs, into: &gradients)
                let fault = expected.fault(of: gradients)
                #expect(fault == nil, "\(problemCase), \(team.threadCount) threads")
            }
        }
    }

    /// All weights of all heads, and one square a worker; the fused pass has nothing that grows with the square.
    @Test func itsMemoryGrowsWithTheSquare() throws {
        func bytes(_ length: Int, threads: Int = 1) throws -> (materialised: Int, fused: Int) {
            let problem = try AttentionProblem(
                shape: AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: length, headDimension: 64),
                mask: .causal)
            return (
                MaterialisedBackward.scratchBytes(for: problem, threads: threads),
                FusedBackward.scratchBytes(for: problem, threads: threads)
            )
        }
        #expect(try bytes(1024).materialised == (4 + 1) * 1024 * 1024 * 4)
        #expect(try bytes(2048, threads: 3).materialised == (4 + 3) * 2048 * 2048 * 4)
        let growth = try (bytes(16_384).fused - bytes(8192).fused, bytes(8192).fused - bytes(4096).fused)
        #expect(growth.0 == 2 * growth.1, "beside what a worker has, fused memory is a multiple of the length")
    }

    @Test func otherTypesAreRefused() throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 8, headDimension: 8), mask: .causal, elementType: .bfloat16)
        #expect(throws: UnsupportedProblem.self) { try MaterialisedBackward(for: problem, on: WorkerTeam()) }
    }
}
