import Attention
import Hardware

@testable import Kernels

/// One call of a kernel with a state, as the tests of these kernels look at it.
enum LinearRun {
    /// All elements of the output, in their order, and the pairs that were counted.
    static func output(
        _ kernel: Kernel, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs, threads: Int = 1
    ) throws -> (elements: [Float], pairs: Int) {
        let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: threads))
        instance.load(from: inputs)
        var output = kernel.phase.output(of: problem)
        output.spoil()
        instance.run(inputs, into: &output)
        return ((0..<output.count).map { output[$0] }, instance.countedPairs)
    }
}
