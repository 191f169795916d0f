import Attention
import Hardware
import Records
import TestSupport
import Testing

@testable import Kernels

/// The backward pass on every case that a forward kernel of the mask has to pass, as far as inputs are plain numbers.
@Suite(.tags(.slow)) struct FusedBackwardTests {
    private static let kernels: [Kernel] = [
        .full, .fullBidirectional, .slidingWindow, .attentionSink, .chunkedLocal, .symmetricWindow,
        .fused("any-mask", masks: .any, summary: "every mask there is"),
    ]

    @Test(arguments: kernels, ElementType.allCases)
    func agreesWithTheOracle(kernel: Kernel, elementType: ElementType) throws {
        let teams = [WorkerTeam(), WorkerTeam(threads: 2)]
        for problemCase in ProblemCases.all(for: kernel, in: elementType) where problemCase.inputs.isFinite {
            let problem = problemCase.problem
            let attention = problemCase.inputs.makeInputs(shape: problem.shape, elementType: elementType, seed: 7)
            let gradient = outputGradients(of: problem, seed: 9)
            let expected = ExpectedGradients(for: problem, attention, outputGradient: gradient)
            let inputs = try BackwardInputs(attention, outputGradient: gradient, of: problem, on: teams[0])
            var first = AttentionGradients(for: problem)
            for team in teams {
                let backward = try FusedBackward(for: problem, on: team)
                var gradients = AttentionGradients(for: problem)
                gradients.spoil()
                backward.run(inputs, into: &gradients)
                let fault = expected.fault(of: gradients)
                try #require(fault == nil, "\(problemCase), \(team.threadCount) threads: \(fault ?? "")")
                #expect(backward.countedPairs == kernel.computedPairs(for: problem), "\(problemCase)")
                if team.threadCount == 1 {
                    first = gradients
                } else {
                    let areEqual = gradients.equals(first)
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
                let attention = AttentionInputs(shape: shape, seed: 3)
                let gradient = outputGradients(of: problem, seed: 4)
                let expected = ExpectedGradients(for: problem, attention, outputGradient: gradient)
                let inputs = try BackwardInputs(attention, outputGradient: gradient, of: problem, on: teams[0])
                for team in teams {
                    var gradients = AttentionGradients(for: problem)
                    gradients.spoil()
                    try FusedBackward(for: problem, on: team, tuning).run(inputs, into: &gradients)
                    #expect(expected.fault(of: gradients) == nil, "\(mask), \(heads) heads")
                }
            }
        }
    }
}

/// How much a loss might change with each element of the output: near a standard normal.
func outputGradients(of problem: AttentionProblem, seed: UInt64) -> Tensor {
    let drawn = AttentionInputs(shape: problem.shape, seed: seed)
    var gradients = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
    for index in 0..<gradients.count { gradients[index] = drawn.query[index] }
    return gradients
}

extension AttentionGradients {
    mutating func spoil() {
        query.spoil()
        key.spoil()
        value.spoil()
    }

    fileprivate borrowing func equals(_ other: borrowing AttentionGradients) -> Bool {
        func areEqual(_ a: borrowing Tensor, _ b: borrowing Tensor) -> Bool {
            a.withBytes { a in b.withBytes { a.elementsEqual($0) } }
        }
        return areEqual(query, other.query) && areEqual(key, other.key) && areEqual(value, other.value)
    }
}
