import Attention
import Hardware
import Records
import TestSupport
import Testing

@testable import Kernels

/// The backward pass on masks that no kernel is named for, with every number of threads, and in parts of any size. The kernels with a
/// name are those of `ConformanceTests`.
@Suite(.tags(.slow)) struct FusedBackwardTests {
    private static let kernel = Kernel.fusedGradients(
        .backward, .init(name: "any-mask", masks: .any, summary: "every mask there is"))

    @Test(arguments: ElementType.allCases)
    func agreesWithTheOracle(elementType: ElementType) throws {
        let kernel = Self.kernel
        let teams = [WorkerTeam(), WorkerTeam(threads: 2)]
        for problemCase in ProblemCases.all(for: kernel, in: elementType) {
            let problem = problemCase.problem
            let inputs = problemCase.makeInputs(for: kernel.phase, seed: 7)
            let expected = Oracle(kernel.phase, problem).expected(for: inputs)
            var first = kernel.phase.output(of: problem)
            for team in teams {
                let instance = try kernel.prepare(for: problem, on: team)
                var gradients = kernel.phase.output(of: problem)
                gradients.spoil()
                instance.load(from: inputs)
                instance.run(inputs, into: &gradients)
                let accuracy = expected.accuracy(of: gradients)
                try #require(
                    accuracy.isAccepted, "\(problemCase), \(team.threadCount) threads: \(accuracy.excess)")
                #expect(instance.countedPairs == kernel.computedPairs(for: problem), "\(problemCase)")
                if team.threadCount == 1 {
                    first = gradients
                } else {
                    let areEqual = gradients.withBytes { a in first.withBytes { a.elementsEqual($0) } }
                    #expect(areEqual, "\(problemCase): not the same on \(team.threadCount) threads")
                }
            }
        }
    }

    /// More keys than stay resident, and than a tile has, which the cases stay below.
    @Test(arguments: [(1, 1), (2, 3), (2, 7), (3, 9)])
    func partsOfAnySizeAgree(tileGranules: Int, residentGranules: Int) throws {
        var tuning = Tuning.standard
        tuning.keyTile = tileGranules * BlockKeys.granule
        tuning.chunkBytes = residentGranules * BlockKeys.granule * 2 * 40 * MemoryLayout<Float>.size
        let teams = [WorkerTeam(), WorkerTeam(threads: 3)]
        for mask in [
            Mask.causal, .full, .slidingWindow(40), .attentionSink(sinks: 20, window: 30), .chunkedLocal(50),
        ] {
            for heads in [1, 3] {
                let shape = try AttentionShape(
                    queryHeads: heads, keyValueHeads: 1, queryLength: 131, keyLength: 203, headDimension: 40)
                let problem = try AttentionProblem(shape: shape, mask: mask)
                let inputs = AttentionInputs(shape: shape, seed: 3, withOutputGradient: true)
                let expected = Oracle(.backward, problem).expected(for: inputs)
                for team in teams {
                    let kernel = try GradientKernel(.backward, for: problem, on: team, tuning)
                    var gradients = Phase.backward.output(of: problem)
                    gradients.spoil()
                    kernel.load(from: inputs)
                    kernel.run(inputs, into: &gradients)
                    #expect(expected.accuracy(of: gradients).isAccepted, "\(mask), \(heads) heads")
                }
            }
        }
    }
}
