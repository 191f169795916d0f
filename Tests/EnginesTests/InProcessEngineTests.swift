import Attention
import Engines
import Hardware
import Kernels
import Records
import TestSupport
import Testing

@Suite struct InProcessEngineTests {
    private let engine = InProcessEngine(
        team: { _ in WorkerTeam() }, sampler: .forTests)

    private func workload(_ kernel: Kernel, length: Int = 60) throws -> Workload {
        if kernel.phase == .loss {
            let loss = try CrossEntropyProblem(tokens: 20, vocabulary: length, hiddenSize: 32)
            return Workload(kernel: kernel.name, phase: .loss, problem: try .loss(loss))
        }
        let shape = try AttentionShape(
            queryLength: kernel.phase == .decode ? 1 : length, keyLength: length, headDimension: 32)
        return Workload(
            kernel: kernel.name, phase: kernel.phase,
            problem: try AttentionProblem(
                shape: shape, mask: kernel.masks.mask([.window: 9, .sinks: 4, .chunk: 16]),
                positions: kernel.positions, weighting: kernel.weighting,
                selection: kernel.selectsBlocks ? BlockSelection(blocks: 2, blockLength: 16) : nil,
                latent: kernel.readsLatents ? LatentValues(dimension: 20) : nil))
    }

    /// Other contents give another answer: caches are filled anew.
    @Test(arguments: Kernel.builtIn.names) func inputsCanBeLoadedAgain(name: String) throws {
        let workload = try workload(Kernel.builtIn.named(name))
        let problem = workload.problem
        let loaded = try LoadedKernel(workload, on: engine) { SharedInputs(for: workload, seed: 1) }
        for seed: UInt64 in [1, 2, 1] {
            try loaded.load(SharedInputs(for: workload, seed: seed))
            let sample = try loaded.sample(Batch(calls: 2, warmUpCalls: 1))
            #expect(sample.nanoseconds > 0)
            #expect(try loaded.accuracy().isAccepted, "\(name), seed \(seed)")
        }
        let stated = try Kernel.builtIn.named(name).computedPairs(for: problem)
        #expect(loaded.prepared.countedPairs == stated)
    }

    @Test func whatNoKernelTakesIsRefused() throws {
        let full = try workload(.full)
        let strange = Workload(kernel: "mystery", phase: .prefill, problem: full.problem)
        for workload in [strange, Workload(kernel: "sliding-window", phase: .prefill, problem: full.problem)] {
            do {
                _ = try engine.prepare(workload) { SharedInputs(for: workload.problem, seed: 1) }
                Issue.record("\(workload) was prepared")
            } catch {
                guard case .unsupported = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    @Test func extraTurnsAreRealWork() throws {
        let workload = try workload(.full)
        let prepared = try engine.prepare(workload) { SharedInputs(for: workload.problem, seed: 1) }
        let longer = try prepared.sample(Batch(calls: 1, extraTurns: 2_000_000))
        let loop = try #require(engine.sampleFrozenLoop(turns: 2_000_000))
        #expect(longer.nanoseconds > loop.nanoseconds / 4)
    }
}

extension Sampler {
    static var forTests: Sampler {
        Sampler(clock: SystemClock(), resolutionNanoseconds: 1, overheadNanoseconds: 20, evidence: { .none })
    }
}
