import Attention
import Hardware
import Testing

@testable import Kernels

/// Every kernel × every case. A new line in KernelRegistry has its tests already.
struct ConformanceTests {
    @Test(arguments: KernelRegistry.names, ElementType.allCases)
    func agreesWithTheReference(name: String, elementType: ElementType) throws {
        let type = try KernelRegistry.kernel(named: name)
        for problemCase in ProblemCases.all(for: type, in: elementType) {
            let problem = problemCase.problem
            let inputs = problemCase.inputs.makeInputs(shape: problem.shape, elementType: elementType, seed: 7)
            let kernel: any AttentionKernel
            do {
                kernel = try type.init(for: problem, on: WorkerTeam())
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
}
