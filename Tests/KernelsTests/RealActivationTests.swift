import Attention
import Hardware
import Testing

@testable import Kernels

struct RealActivationTests {
    /// But that of latents, of which all heads of a model share one key: see `LatentStepTests`.
    @Test(arguments: Kernel.builtIn.filter { $0.phase != .loss && !$0.readsLatents }.names)
    func agreesOnRealActivations(name: String) throws {
        let type = try Kernel.builtIn.named(name)
        let (heads, tokens) = (RealActivations.heads, RealActivations.tokens)
        let shape = try AttentionShape(
            queryHeads: heads, keyValueHeads: heads, queryLength: type.phase == .decode ? 1 : tokens,
            keyLength: tokens, headDimension: RealActivations.headDimension)
        let mask = try type.masks.mask([.window: 100, .sinks: 4, .chunk: 128])
        let problem = try AttentionProblem(
            shape: shape, mask: mask, positions: type.positions, weighting: type.weighting,
            selection: type.selectsBlocks ? BlockSelection(blocks: 3, blockLength: 16) : nil)
        var inputs = RealActivations.inputs()
        if type.phase == .decode { inputs.query = lastQueries(inputs.query) }
        if type.phase.givesGradients { inputs.drawOutputGradient(seed: 1) }
        if type.weighting.hasGates { inputs.drawGates(seed: 1) }
        var output = type.phase.output(of: problem)
        let kernel = try type.prepare(for: problem, on: WorkerTeam())
        kernel.load(from: inputs)
        kernel.run(inputs, into: &output)
        guard !type.phase.givesGradients else {
            let accuracy = Oracle(type.phase, problem).expected(for: inputs, .sampled(seed: 1)).accuracy(of: output)
            #expect(accuracy.isAccepted, "\(accuracy.excess)")
            return
        }
        let rows = Accuracy.sampledRows(of: problem, pairBudget: 1 << 17, atMost: 600, seed: 1)
        let accuracy = Accuracy(of: output, for: problem, inputs, rows: rows)
        #expect(accuracy.isAccepted, "error \(accuracy.maximumError) over \(accuracy.bound)")
        // Means of values are of order 1; sums without softmax are not.
        #expect(accuracy.maximumError < 1e-5 || type.weighting.hasState)
    }

    /// The last row of every head.
    private func lastQueries(_ query: borrowing Tensor) -> Tensor {
        let (heads, tokens, d) = (query.dimensions[1], query.dimensions[2], query.dimensions[3])
        var last = Tensor(dimensions: [1, heads, 1, d])
        for head in 0..<heads {
            for x in 0..<d { last[head * d + x] = query[((head + 1) * tokens - 1) * d + x] }
        }
        return last
    }

    /// Of the files as NumPy reads them.
    @Test func theBinaryHoldsTheActivations() {
        let inputs = RealActivations.inputs()
        #expect(inputs.query.dimensions == [1, 12, 512, 32])
        let last = inputs.key.count - 1
        #expect([inputs.query[0], inputs.key[0], inputs.value[0]] == [-0.17552292, -0.11771527, 0.014271231])
        #expect([inputs.query[last], inputs.key[last], inputs.value[last]] == [-0.368515, -2.627749, 0.3480673])
    }
}
