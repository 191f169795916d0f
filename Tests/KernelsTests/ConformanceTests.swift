import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// Every kernel × every case. A new line in Kernel.builtIn has its tests already.
@Suite(.tags(.slow)) struct ConformanceTests {
    @Test(arguments: Kernel.builtIn)
    func agreesWithTheReference(kernel: Kernel) {
        let conformance = Conformance(of: kernel)
        #expect(conformance.failures == [])
        #expect(conformance.cases > 40)
        #expect(Set(conformance.elementTypes) == Set(kernel.elementTypes))
        // Skipped are types that a kernel does not take, and caches of blocks that do not divide the rows, or that roll.
        if kernel.elementTypes == ElementType.allCases && kernel.cacheFormats.isEmpty {
            #expect(conformance.skipped == 0, "\(kernel.name)")
        }
    }

    @Test func aVariantIsOfAKernelThatStandsForItself() throws {
        for kernel in Kernel.builtIn {
            guard let name = kernel.variantOf else { continue }
            let original = try Kernel.builtIn.named(name)
            #expect(original.variantOf == nil, "\(kernel.name)")
            #expect(original.phase == kernel.phase && original.masks.name == kernel.masks.name, "\(kernel.name)")
        }
        #expect(Kernel.fullBLAS.variantOf == "full" && Kernel.full.variantOf == nil)
    }

    /// Masks that no kernel is named for: the fused driver takes them all.
    @Test func everyCombinationOfNumbersIsRight() throws {
        let anyMask = Kernel.fused("any-mask", masks: .any, summary: "every mask there is")
        for sinks in [0, 3, 20] {
            for (left, right) in [(nil, nil), (nil, 0), (9, 0), (9, 9), (17, 4), (nil, 6)] as [(Int?, Int?)] {
                for chunk in [nil, 7, 40] {
                    let problem = try AttentionProblem(
                        shape: AttentionShape(
                            queryHeads: 3, keyValueHeads: 1, queryLength: 61, keyLength: 90, headDimension: 16),
                        mask: Mask(sinks: sinks, left: left, right: right, chunk: chunk))
                    let inputs = AttentionInputs(shape: problem.shape, seed: 3)
                    let kernel = try anyMask.prepare(for: problem, on: WorkerTeam())
                    var output = Tensor(dimensions: AttentionInputs.queryDimensions(problem.shape))
                    kernel.run(inputs, into: &output)
                    let accuracy = Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
                    #expect(accuracy.isAccepted, "\(problem.mask): \(accuracy)")
                    #expect(kernel.countedPairs == anyMask.computedPairs(for: problem), "\(problem.mask)")
                }
            }
        }
    }
}
