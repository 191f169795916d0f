import Attention
import Hardware
import Testing

@testable import Kernels

/// Every kernel × every case. A new line in KernelRegistry has its tests already.
struct ConformanceTests {
    @Test(arguments: KernelRegistry.names)
    func agreesWithTheReference(name: String) throws {
        let type = try KernelRegistry.kernel(named: name)
        for problemCase in ProblemCases.all(for: type.maskFamily) {
            let problem = problemCase.problem
            let inputs = problemCase.inputs.makeInputs(shape: problem.shape, seed: 7)
            let kernel = try type.init(for: problem, on: WorkerTeam())
            var output = Tensor(dimensions: AttentionInputs.queryDimensions(problem.shape))
            // Run twice: nothing may be left over from the first.
            kernel.run(inputs, into: &output)
            kernel.run(inputs, into: &output)
            let accuracy = Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
            #expect(
                accuracy.isAccepted,
                "\(name) \(problemCase): error \(accuracy.maximumError) over \(accuracy.bound) in \(accuracy.worst)")
            #expect(kernel.computedPairs == type.computedPairs(for: problem), "\(name) \(problemCase)")
        }
    }
}
