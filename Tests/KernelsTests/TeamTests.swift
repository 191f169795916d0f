import Attention
import Hardware
import Testing

@testable import Kernels

struct TeamTests {
    /// A row is computed by one worker in one order, whichever it is: the result is the same to the bit.
    @Test(arguments: Kernel.builtIn.names)
    func aTeamComputesWhatOneThreadComputes(name: String) throws {
        let type = try Kernel.builtIn.named(name)
        // Decoding: keys for more than one range.
        let isDecode = type.phase == .decode
        let shape = try AttentionShape(
            batch: 2, queryHeads: 4, keyValueHeads: type.readsLatents ? 1 : 2, queryLength: isDecode ? 1 : 150,
            keyLength: isDecode ? 1500 : 150,
            headDimension: 20)
        let isLoss = type.phase == .loss
        let problem =
            isLoss
            ? try .loss(CrossEntropyProblem(tokens: 150, vocabulary: 1500, hiddenSize: 20))
            : try AttentionProblem(
                shape: shape, mask: try type.masks.mask([.window: isDecode ? 1100 : 40, .sinks: 3, .chunk: 64]),
                positions: type.positions, weighting: type.weighting,
                selection: type.selectsBlocks ? BlockSelection(blocks: 3, blockLength: 16) : nil,
                latent: type.readsLatents ? LatentValues(dimension: 13) : nil)
        let inputs =
            isLoss
            ? AttentionInputs.predictions(for: problem, seed: 11)
            : AttentionInputs(of: problem, type.phase, seed: 11)
        var alone = type.phase.output(of: problem)
        var together = type.phase.output(of: problem)
        let one = try type.prepare(for: problem, on: WorkerTeam())
        let three = try type.prepare(for: problem, on: WorkerTeam(threads: 3))
        one.load(from: inputs)
        three.load(from: inputs)
        one.run(inputs, into: &alone)
        for _ in 0..<5 {
            three.run(inputs, into: &together)
            #expect(three.countedPairs == one.countedPairs)
            for index in 0..<alone.count where alone[index] != together[index] {
                Issue.record("element \(index): \(alone[index]) alone, \(together[index]) together")
                return
            }
        }
    }
}
