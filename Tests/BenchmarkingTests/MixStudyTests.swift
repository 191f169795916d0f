import Attention
import Hardware
import Kernels
import Synchronization
import TestSupport
import Testing

@testable import Benchmarking

/// Mixes whose layers take times that are known, on a clock that only they move.
@Suite struct MixStudyTests {
    /// What moves the clock, and what else is planted.
    private final class World: Sendable {
        let clock = FakeClock()
        /// Seconds that a call takes longer after one of another kernel.
        let changeSeconds: Double
        private let last = Mutex("")

        init(changeSeconds: Double = 0) { self.changeSeconds = changeSeconds }

        func call(_ kernel: String, seconds: Double) {
            let isChange = last.withLock { last in
                defer { last = kernel }
                return last != kernel
            }
            clock.advance(seconds: seconds + (isChange ? changeSeconds : 0))
        }

        /// A kernel that computes what it should, or something else, in a time of its own.
        func planted(_ kernel: Kernel, isWrong: Bool = false, seconds: @escaping @Sendable (Int) -> Double) -> Kernel {
            Kernel(
                kernel.name, summary: kernel.summary, phase: kernel.phase, masks: kernel.masks,
                weighting: kernel.weighting,
                make: { problem, team throws(UnsupportedProblem) in
                    let call = PlantedCall(try kernel.prepare(for: problem, on: team), isWrong: isWrong)
                    call.end = { self.call(kernel.name, seconds: seconds(problem.shape.keyLength)) }
                    return call
                })
        }
    }

    private final class PlantedCall: KernelInstance {
        private let real: any KernelInstance
        private let isWrong: Bool
        var end: () -> Void = {}

        init(_ real: any KernelInstance, isWrong: Bool) { (self.real, self.isWrong) = (real, isWrong) }

        func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
            real.run(inputs, into: &output)
            if isWrong { output[0] += 1 }
            end()
        }

        var countedPairs: Int { real.countedPairs }
    }

    private static func plan(
        _ mix: LayerMix, lengths: [Int] = [32, 64, 128], rounds: Int = 7
    ) -> MixStudy.Plan {
        MixStudy.Plan(
            name: "planted", mix: mix, lengths: lengths,
            limits: MixStudy.Limits(rounds: rounds, memoryBytes: nil))
    }

    /// 1 ms of full attention for 32 tokens, growing with n², and 2 ms of the delta rule, growing with n.
    private static func kernels(_ world: World) -> [Kernel] {
        [
            world.planted(.full) { 1e-3 * Double($0 * $0) / 1024 },
            world.planted(.gatedDelta) { 2e-3 * Double($0) / 32 },
        ]
    }

    @Test func plantedCostsAddUp() throws {
        let world = World()
        let mix = try LayerMixTests.mix("full:1,gated-delta:3", among: Self.kernels(world))
        let study = try MixStudy.measure(Self.plan(mix), on: WorkerTeam(), clock: world.clock)
        #expect(study.wrong.isEmpty && study.skipped.isEmpty)
        #expect(study.costs.map(\.length) == [32, 64, 128] && study.costs.allSatisfy { $0.rounds == 7 })
        #expect(study.kinds.map(\.layers) == [1, 3] && study.order == [1, 1, 1, 0])
        let expected = [(1e-3, 2e-3), (4e-3, 4e-3), (16e-3, 8e-3)]
        for (cost, (full, delta)) in zip(study.costs, expected) {
            let sum = full + 3 * delta
            #expect(abs(cost.kinds[0].value - full) < 1e-8 && abs(cost.kinds[1].value - delta) < 1e-8)
            #expect(abs(cost.sum.value - sum) < 1e-8 && abs(cost.stack.value - sum) < 1e-8)
            #expect(abs(cost.stackOverSum.value - 1) < 1e-6 && cost.stackOverSum.level >= 0.95)
            #expect(abs(cost.speedUp.value - 4 * full / sum) < 1e-6)
            #expect(abs((cost.fullShare?.value ?? 0) - full / sum) < 1e-6)
        }
    }

    /// Short calls by themselves follow calls of their own kind; in the stack two of four follow another kind.
    @Test func whatAChangeOfKernelsCostsIsFound() throws {
        let world = World(changeSeconds: 10e-6)
        let kernels = [world.planted(.full) { _ in 10e-6 }, world.planted(.gatedDelta) { _ in 10e-6 }]
        let mix = try LayerMixTests.mix("full:1,gated-delta:3", among: kernels)
        let study = try MixStudy.measure(Self.plan(mix, lengths: [32]), on: WorkerTeam(), clock: world.clock)
        #expect((1.4...1.5).contains(study.costs[0].stackOverSum.low))
    }

    @Test func afterItsTimeNoRoundBegins() throws {
        func rounds(within seconds: Double) throws -> Int {
            let world = World()
            var plan = Self.plan(
                try LayerMixTests.mix("full:1,gated-delta:3", among: Self.kernels(world)), lengths: [32], rounds: 1000)
            plan.limits.secondsPerLength = seconds
            return try MixStudy.measure(plan, on: WorkerTeam(), clock: world.clock).costs[0].rounds
        }
        // A round takes 1 + 2 + 7 ms.
        #expect(try rounds(within: 0.0999) == 10 && rounds(within: 0.001) == MixStudy.fewestRounds)
    }

    @Test func aWrongLayerIsNamed() throws {
        let world = World()
        let kernels = [
            world.planted(.full) { _ in 1e-3 }, world.planted(.gatedDelta, isWrong: true) { _ in 1e-3 },
        ]
        let mix = try LayerMixTests.mix("full:1,gated-delta:3", among: kernels)
        let study = try MixStudy.measure(Self.plan(mix, lengths: [32, 64]), on: WorkerTeam(), clock: world.clock)
        #expect(study.wrong.map(\.layer) == ["gated-delta", "gated-delta"] && study.wrong.map(\.length) == [32, 64])
        #expect(study.wrong[0].reason.contains("differs from the reference by 1.0e+00"))
    }

    @Test func lengthsBeyondMemoryAreLeftOut() throws {
        let world = World()
        var plan = Self.plan(try LayerMixTests.mix("full:1,gated-delta:3", among: Self.kernels(world)))
        plan.limits.memoryBytes = 20_000
        let study = try MixStudy.measure(plan, on: WorkerTeam(), clock: world.clock)
        #expect(study.costs.map(\.length) == [32, 64] && study.skipped.map(\.length) == [128])
        #expect(study.skipped[0].reason.contains("19.5 KiB are free"))
    }

    /// The longest length is refused before the first is measured.
    @Test func whatIsNoProblemIsRefusedFirst() throws {
        let world = World()
        let plan = Self.plan(
            try LayerMixTests.mix("full:1,gated-delta:3", among: Self.kernels(world)),
            lengths: [32, AttentionShape.longestLength + 1])
        #expect(throws: ShapeError.self) { try MixStudy.measure(plan, on: WorkerTeam(), clock: world.clock) }
        #expect(world.clock.nanoseconds == 0)
    }

    /// Layer by layer with copies, as a stack is defined.
    @Test func theStackHandsOutputsOn() throws {
        let mix = try LayerMixTests.mix("full:1,gated-delta:3")
        let problems = try mix.kinds.map { try $0.problem(length: 40, .float32) }
        let bench = try MixBench(mix, problems, on: WorkerTeam(), clock: SystemClock())
        bench.draw(seed: 3)
        let found = bench.stackOutput()

        var output = Tensor(dimensions: AttentionInputs.queryDimensions(problems[0].shape))
        for (place, kind) in mix.order.enumerated() {
            var inputs = AttentionInputs(shape: problems[kind].shape, seed: kind == 0 ? 3 : 4)
            if kind == 1 { inputs.drawGates(seed: 4) }
            if place > 0 { for index in 0..<output.count { inputs.query[index] = output[index] } }
            try mix.kinds[kind].kernel.prepare(for: problems[kind], on: WorkerTeam()).run(inputs, into: &output)
        }
        #expect(found == output.elements(0..<output.count))
    }

    @Test func someLayersKeepTheirOwnQueries() throws {
        func bench(_ kernel: String, heads: HeadCounts = LayerMixTests.heads) throws -> LayerBench {
            let mix = try LayerMixTests.mix("\(kernel):1,\(kernel == "full" ? "linear" : "full"):1")
            let kind = LayerMix.Kind(
                mix.kinds[0].kernel,
                AttendingLayer(
                    mask: mix.kinds[0].layer.mask, weighting: mix.kinds[0].layer.weighting,
                    selection: mix.kinds[0].layer.selection, heads: heads))
            return try LayerBench(kind, kind.problem(length: 32, .float32), layers: 1, on: WorkerTeam())
        }
        let wide = HeadCounts(batch: 1, query: 2, keyValue: 1, dimension: 8)
        let split = HeadCounts(batch: 1, query: 4, keyValue: 4, dimension: 4)
        #expect(try bench("gated-delta").takesOutput(of: bench("full")))
        #expect(try bench("gated-delta", heads: split).takesOutput(of: bench("full", heads: wide)))
        #expect(try !bench("full").takesOutput(of: bench("linear")))
        #expect(try !bench("top-k-blocks").takesOutput(of: bench("full")))
        #expect(try !bench("full", heads: wide).takesOutput(of: bench("gated-delta")))
    }

    /// Heads of other sizes with as many elements, all kernels of prompts, and those of decoding.
    @Test(arguments: [
        "full:1,sliding-window:2,attention-sink:1,chunked-local:1,linear:1,gated-delta:2,top-k-blocks:1",
        "full-bidirectional:1,symmetric-window:2",
        "decode-full:1,decode-window:2,decode-sink:1,decode-linear:1,decode-gated-delta:3,decode-top-k-blocks:1",
    ]) func everyKernelTakesPart(text: String) throws {
        let study = try MixStudy.measure(
            Self.plan(try LayerMixTests.mix(text), lengths: [48], rounds: 6), on: WorkerTeam())
        #expect(study.wrong.isEmpty)
        #expect(study.costs.count == 1 && study.costs[0].stack.value > 0)
    }

    @Test func headsOfOtherSizesAreReshaped() throws {
        let layers = [
            AttendingLayer(
                mask: .causal, weighting: .gatedDelta,
                heads: HeadCounts(batch: 1, query: 4, keyValue: 4, dimension: 8)),
            AttendingLayer(mask: .causal, heads: HeadCounts(batch: 1, query: 2, keyValue: 1, dimension: 16)),
        ]
        let mix = try LayerMix(
            layers: [layers[0], layers[0], layers[1]], .prefill, among: Kernel.builtIn)
        let study = try MixStudy.measure(Self.plan(mix, lengths: [48], rounds: 6), on: WorkerTeam())
        #expect(study.wrong.isEmpty && study.order == [0, 0, 1])
    }
}
