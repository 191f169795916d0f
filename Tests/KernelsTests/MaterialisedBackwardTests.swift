import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

@Suite(.tags(.slow)) struct MaterialisedBackwardTests {
    @Test func agreesWithTheOracle() throws {
        let teams = [WorkerTeam(), WorkerTeam(threads: 2)]
        for phase in [Phase.backward, .training] {
            let kernel = Kernel.fusedGradients(phase, .init(name: "any-mask", masks: .any, summary: "every mask"))
            for problemCase in ProblemCases.all(for: kernel, in: .float32) {
                let problem = problemCase.problem
                let inputs = problemCase.makeInputs(for: phase, seed: 7)
                let expected = Oracle(phase, problem).expected(for: inputs)
                for team in teams {
                    let backward = try MaterialisedBackward(phase, for: problem, on: team)
                    backward.load(from: inputs)
                    var gradients = phase.output(of: problem)
                    gradients.spoil()
                    backward.run(inputs, into: &gradients)
                    #expect(
                        expected.accuracy(of: gradients).isAccepted, "\(problemCase), \(team.threadCount) threads")
                    #expect(backward.countedPairs == MaterialisedBackward.computedPairs(for: problem))
                }
            }
        }
    }

    /// All weights and outputs of all heads, and one square a worker; the fused pass has nothing that grows with the square.
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
        // Of four heads: an output, a log-sum-exp in float32, and two numbers in Double.
        let outputBytes = 4 * (64 * 4 + 4 + 2 * 8)
        #expect(try bytes(1024).materialised == (4 + 1) * 1024 * 1024 * 4 + 1024 * outputBytes)
        #expect(try bytes(2048, threads: 3).materialised == (4 + 3) * 2048 * 2048 * 4 + 2048 * outputBytes)
        let growth = try (bytes(16_384).fused - bytes(8192).fused, bytes(8192).fused - bytes(4096).fused)
        #expect(growth.0 == 2 * growth.1, "beside what a worker has, fused memory is a multiple of the length")
    }

    @Test func otherTypesAreRefused() throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 8, headDimension: 8), mask: .causal, elementType: .bfloat16)
        #expect(throws: UnsupportedProblem.self) {
            try Kernel.materialisedGradients(.backward).prepare(for: problem, on: WorkerTeam())
        }
    }
}
