import Attention
import Hardware
import Testing

@testable import Kernels

/// Every kernel × every case. A new line in Kernel.builtIn has its tests already.
struct ConformanceTests {
    @Test(arguments: Kernel.builtIn.names, ElementType.allCases)
    func agreesWithTheReference(name: String, elementType: ElementType) throws {
        let type = try Kernel.builtIn.named(name)
        for problemCase in ProblemCases.all(for: type, in: elementType) {
            let problem = problemCase.problem
            let inputs = problemCase.inputs.makeInputs(shape: problem.shape, elementType: elementType, seed: 7)
            let kernel: any KernelInstance
            do {
                kernel = try type.prepare(for: problem, on: WorkerTeam())
            } catch {
                // Another type, or a cache of blocks that do not divide the rows.
                let isPlain = problem.cacheFormat == .float32
                #expect(elementType != .float32 || !isPlain, "\(name) takes float32: \(error)")
                continue
            }
            var output = Tensor(elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
            kernel.fillCache(from: inputs)
            // Run twice: nothing may be left over from the first.
            kernel.run(inputs, into: &output)
            kernel.run(inputs, into: &output)
            let accuracy = Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
            #expect(
                accuracy.isAccepted,
                "\(name) \(elementType) \(problemCase): error \(accuracy.maximumError) over \(accuracy.bound) in \(accuracy.worst)"
            )
            #expect(kernel.computedPairs == type.computedPairs(for: problem), "\(name) \(problemCase)")
        }
    }

    /// Masks that no kernel is named for: the fused driver takes them all.
    @Test func everyCombinationOfNumbersIsRight() throws {
        let anyMask = Kernel.fused("any-mask", .any, "every mask there is")
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
                    #expect(kernel.computedPairs == anyMask.computedPairs(for: problem), "\(problem.mask)")
                }
            }
        }
    }
}
