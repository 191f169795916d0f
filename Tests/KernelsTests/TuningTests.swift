import Attention
import Hardware
import Records
import Synchronization
import TestSupport
import Testing

@testable import Kernels

struct TuningTests {
    private static let machines: [(description: String, chunkBytes: Int, unsharedBytes: Int)] = [
        // 256 KiB for a core, 8 MiB shared by four.
        ("pack:1 l3:1(size=8388608) l2:4(size=262144) core:1 pu:1", 81_920, 1_048_576),
        // 1 MiB for a core, 32 MiB shared by two: a guest of a large machine.
        ("pack:1 l3:1(size=33554432) l2:2(size=1048576) core:1 pu:1", 327_680, 8_388_608),
        // 2 MiB for a core, 260 MiB shared by two: the last level is far away, which only a measurement can tell.
        ("pack:1 l3:1(size=272629760) l2:2(size=2097152) core:1 pu:1", 655_360, 8_388_608),
        // 3 MiB shared by two cores, no third level.
        ("pack:1 l2:2(size=3145728) core:2 pu:1", 491_520, 786_432),
        // Two threads a core are one core.
        ("pack:1 l3:1(size=33554432) l2:4(size=1048576) core:1 pu:2", 327_680, 4_194_304),
        // 32 KiB at the second level, and nothing more.
        ("pack:1 l2:1(size=32768) core:1 pu:1", 65_536, 65_536),
        // Nothing is known.
        ("pack:1 core:2 pu:1", 327_680, 524_288),
    ]

    /// Caches from small to very large, of one core and shared: chunks leave room in the second level, and blocks share their
    /// passes before keys and values fill a core's part of the last one.
    @Test(arguments: machines)
    func sizesFollowFromTheCaches(description: String, chunkBytes: Int, unsharedBytes: Int) throws {
        let tuning = Tuning(startingOn: try Topology(synthetic: description))
        #expect(tuning.chunkBytes == chunkBytes && tuning.unsharedBytes == unsharedBytes)
        #expect(tuning.keyTile == Tuning.standard.keyTile && tuning.bfloat16 == Tuning.standard.bfloat16)
    }

    /// A clock for calls in turn, of which each reads it before and after: the durations repeat.
    private final class PlantedClock: NanosecondClock {
        private let durations: [Int]
        private let readings = Atomic(0)

        init(durations: [Int]) { self.durations = durations }

        var nanoseconds: Int {
            let reading = readings.wrappingAdd(1, ordering: .relaxed).oldValue
            let (call, isEnd) = (reading / 2, reading % 2)
            return call * 10_000 + isEnd * durations[call % durations.count]
        }
    }

    /// Ways whose times are planted: seconds of each call, the last one from then on.
    private func ways(_ seconds: [[Double]]) -> [() -> Double] {
        seconds.map { times in
            var calls = 0
            return {
                calls += 1
                return times[min(calls, times.count) - 1]
            }
        }
    }

    @Test func aWayHasToBeFasterByAMarginTwice() {
        func index(_ seconds: [Double]...) -> Int { FastestWay.index(of: ways(seconds)) }
        #expect(index([1]) == 0)
        #expect(index([1], [0.975]) == 0, "2.5 % are within the margin")
        #expect(index([1], [0.96]) == 1)
        #expect(index([1], [0.96], [0.9]) == 2, "the fastest")
        // Fast for a moment: one call of the first series.
        #expect(index([1], [0.8, 1]) == 0)
        // The first way was slowed in the first series.
        #expect(index([2, 2, 2, 2, 2, 1], [1]) == 0)
        // A neighbour slows all, for longer than a series, and its end comes between two ways.
        #expect(index([1.5, 1.5, 1.5, 1], [1.35, 1.35, 0.9]) == 1)
        // Two others are equally fast, and take turns to be first.
        #expect(index([1], [0.9, 0.9, 0.9, 0.9, 0.9, 0.901], [0.901, 0.901, 0.901, 0.901, 0.901, 0.9]) == 1)
    }

    /// Planted noise of a tenth on equal ways: another one is hardly ever chosen, though there are two.
    @Test func equalWaysAreSeldomExchanged() {
        var generator = SplitMix64(seed: 11)
        var exchanged = 0
        for _ in 0..<1000 {
            let way = { 1 + 0.1 * Double.random(in: 0...1, using: &generator) }
            exchanged += FastestWay.index(of: [way, way, way]) == 0 ? 0 : 1
        }
        #expect(exchanged < 30, "\(exchanged) of 1000")
    }

    @Test func withoutTimeTheFirstWayStays() {
        var rounds = 0
        let index = FastestWay.index(of: ways([[1], [0.5]])) {
            rounds += 1
            return rounds < 8
        }
        #expect(index == 0)
    }

    /// Where the time is over at once, nothing is measured.
    @Test func aTuningWithoutTimeIsTheOneToStartFrom() {
        let clock = FakeClock(stepPerReading: 1_000_000_000)
        let start = Tuning.standard
        #expect(Tuning.measured(from: start, on: WorkerTeam(), within: 0, clock: clock) == start)
    }

    /// The time of a call is a fixed step of the clock, so that no candidate is faster.
    @Test func equalTimesChangeNothing() {
        let clock = FakeClock(stepPerReading: 1000)
        #expect(Tuning.measured(from: .standard, on: WorkerTeam(), within: 1, clock: clock) == .standard)
    }

    /// The smallest and the largest that a results file may say, every product and every form of the exponential.
    static let tunings: [Tuning] = Tuning.BFloat16Product.allCases.flatMap { product in
        let products = Tuning.Products(prefill: product, decode: product)
        return [
            Tuning(
                keyTile: 8, unsharedBytes: 0, chunkBytes: 1, bfloat16: products, exponential: .shifted,
                decodePrefetchBytes: 0),
            Tuning(keyTile: 96, unsharedBytes: 4096, chunkBytes: 8192, bfloat16: products),
            Tuning(
                keyTile: 4096, unsharedBytes: 1 << 60, chunkBytes: 1 << 60, bfloat16: products, exponential: .shifted,
                decodePrefetchBytes: 1 << 20),
        ]
    }

    /// A candidate is another choice that every kernel takes, and differs from the first one in nothing else.
    @Test func candidatesDifferInOneChoice() {
        for knob in TuningKnob.all {
            for candidate in knob.candidates(.standard) {
                #expect(candidate.implausibility == nil)
                let differences = [
                    candidate.keyTile != Tuning.standard.keyTile,
                    candidate.unsharedBytes != Tuning.standard.unsharedBytes,
                    candidate.chunkBytes != Tuning.standard.chunkBytes,
                    candidate.bfloat16 != Tuning.standard.bfloat16,
                    candidate.exponential != Tuning.standard.exponential,
                    candidate.decodePrefetchBytes != Tuning.standard.decodePrefetchBytes,
                ]
                #expect(differences.count { $0 } == 1, "\(candidate)")
            }
        }
    }

    /// Calls take planted times, whatever they compute: the way whose times are shorter is chosen, for each knob and each
    /// of its candidates.
    @Test func aKnobTakesTheCandidateOfThePlantedTime() {
        let team = WorkerTeam()
        for knob in [TuningKnob.exponential, .decodePrefetch] {
            let work = TuningKnob(
                candidates: knob.candidates, kernel: knob.kernel, problem: Self.small(knob.problem),
                whileTimed: knob.whileTimed)
            let ways = [Tuning.standard] + knob.candidates(.standard)
            for (place, way) in ways.enumerated() {
                let clock = PlantedClock(durations: ways.indices.map { $0 == place ? 900 : 1000 })
                #expect(work.chosen(from: .standard, on: team, clock: clock, while: { true }) == way)
            }
        }
    }

    /// The same work on fewer tokens, for a build whose kernels are slow.
    private static func small(_ problem: AttentionProblem) -> AttentionProblem {
        let shape = problem.shape
        let queries = min(shape.queryLength, 64)
        return try! AttentionProblem(
            shape: AttentionShape(
                queryHeads: shape.queryHeads, keyValueHeads: shape.keyValueHeads, queryLength: queries, keyLength: 64,
                headDimension: shape.headDimension),
            mask: problem.mask, elementType: problem.elementType)
    }

    private static let masks: [Mask] = [.causal, .slidingWindow(100), .attentionSink(sinks: 4, window: 31)]

    /// The bound on errors holds for tiles of 8 keys too, though each tile rounds the sums once more.
    @Test(arguments: tunings, ElementType.allCases)
    func kernelsAreRightWithAnyTuning(tuning: Tuning, type: ElementType) throws {
        for mask in Self.masks {
            let shape = try AttentionShape(
                queryHeads: 3, keyValueHeads: 1, queryLength: 111, keyLength: 111 + 50, headDimension: 23)
            let problem = try AttentionProblem(shape: shape, mask: mask, elementType: type)
            let kernel = Kernel.fused("any", masks: .any, summary: "").tuned(by: tuning)
            try expectRight(kernel, problem, tuning)
        }
    }

    @Test(arguments: tunings, [1, 65, 300])
    func aStepIsRightWithAnyTuning(tuning: Tuning, tokens: Int) throws {
        for (queryHeads, d) in [(1, 32), (8, 40)] {
            let shape = try AttentionShape(
                queryHeads: queryHeads, keyValueHeads: 1, queryLength: 1, keyLength: tokens, headDimension: d)
            let problem = try AttentionProblem(shape: shape, mask: .causal, elementType: .bfloat16)
            try expectRight(Kernel.decodeFull.tuned(by: tuning), problem, tuning)
        }
    }

    private func expectRight(_ kernel: Kernel, _ problem: AttentionProblem, _ tuning: Tuning) throws {
        let inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: 9)
        let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: 2))
        instance.load(from: inputs)
        var output = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        instance.run(inputs, into: &output)
        let rows = Accuracy.sampledRows(of: problem, atMost: 20, seed: 2)
        let accuracy = Accuracy(of: output, for: problem, inputs, rows: rows)
        #expect(accuracy.isAccepted, "\(kernel.name) \(problem.mask), \(tuning): \(accuracy)")
        #expect(instance.countedPairs == kernel.computedPairs(for: problem))
    }

    /// A tuning that shares passes needs room for more blocks, and says so.
    @Test func scratchIsThatOfTheTuning() throws {
        let shape = try AttentionShape(queryLength: 4096, headDimension: 64)
        let problem = try AttentionProblem(shape: shape, mask: .causal)
        let shared = Tuning(
            keyTile: 144, unsharedBytes: 0, chunkBytes: 320 << 10, bfloat16: Tuning.standard.bfloat16)
        let (plain, more) = (
            try #require(Kernel.full.scratchBytes(for: problem, threads: 1)),
            try #require(Kernel.full.tuned(by: shared).scratchBytes(for: problem, threads: 1))
        )
        #expect(more > 3 * plain)
        #expect(Kernel.fullBLAS.tuned(by: shared).scratchBytes(for: problem, threads: 1) != nil)
    }
}
