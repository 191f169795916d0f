import Attention
import Foundation
import Hardware
import Testing

@testable import Kernels

/// Layer 3 of all-MiniLM-L6-v2 (Apache-2.0) reading the first 512 tokens of the GNU GPL v3: 12 heads of 32. Not normal:
/// maxima past five standard deviations, and rows whose softmax is nearly one-hot.
struct RealActivationTests {
    @Test(arguments: KernelRegistry.names)
    func agreesOnRealActivations(name: String) throws {
        let type = try KernelRegistry.kernel(named: name)
        let shape = try AttentionShape(queryHeads: 12, keyValueHeads: 12, queryLength: 512, headDimension: 32)
        let mask = type.maskFamily.mask(window: 100, sinks: 4, chunk: 128)
        let problem = try AttentionProblem(shape: shape, mask: mask)
        var inputs = AttentionInputs(shape: shape)
        inputs.query = try activations("query")
        inputs.key = try activations("key")
        inputs.value = try activations("value")
        var output = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        try type.init(for: problem, on: WorkerTeam()).run(inputs, into: &output)
        let rows = Accuracy.sampledRows(of: problem, pairBudget: 1 << 17, atMost: 600, seed: 1)
        let accuracy = Accuracy(of: output, for: problem, inputs, rows: rows)
        #expect(accuracy.isAccepted, "error \(accuracy.maximumError) over \(accuracy.bound)")
        #expect(accuracy.maximumError < 1e-5, "outputs are of order 1")
    }

    private func activations(_ name: String) throws -> Tensor {
        let path = try #require(Bundle.module.path(forResource: "RealActivations/\(name)", ofType: "npy"))
        return try NumPyFile.read(path)
    }
}
