import Attention
import Engines
import Hardware
import Records
import TestSupport
import Testing

@testable import Benchmarking

/// What is seen of the machine's speed while a run is under way.
@Suite struct SentinelTests {
    private let world = FakeWorld()

    /// The sentinels take 31 µs each, and twice as much from the instant on that is given.
    private func instruments(slowFrom seconds: Double = .infinity) -> Instruments {
        Instruments(
            engines: [world.engine()], check: { _ in .right(maximumError: 1e-7) },
            availableBytes: { 1 << 40 }, clock: world.clock
        ) { [world] workload in
            let isSlow = Double(world.clock.nanoseconds) / 1e9 >= seconds
            world.calls.append("sentinel")
            world.clock.advance(seconds: 31e-6)
            // No two readings in a row are the same.
            let tile = (isSlow ? 62_000 : 31_000) + world.calls.count % 100
            return SentinelReading(tileNanoseconds: [Int](repeating: tile, count: workload.threads))
        }
    }

    private func run(
        _ instruments: Instruments, samplesPerVisit: Int = 1, progress: any ProgressObserver = SilentProgress()
    ) throws -> Results {
        let folder = try TemporaryFolder()
        let path = folder.file("results.jsonl")
        var options = RunOptions(seed: 1)
        options.rounds = 12
        options.samplesPerVisit = samplesPerVisit
        options.memoryLimitBytes = 1 << 30
        return try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(path, header: fakeHeader())
            _ = try Runner(instruments, options)
                .run(fakeWorkloads(kernels: ["full"], lengths: [64, 128]), into: log, progress: progress)
            return try ResultsFile.load(path)
        }
    }

    /// Beside the sample, and never in its time.
    @Test func runBeforeAndAfterEverySampleOutsideOfItsClock() throws {
        let results = try run(instruments())
        for measurement in results.measurements {
            guard case .measured(let record) = measurement.outcome else {
                Issue.record("\(measurement.outcome)")
                continue
            }
            let sentinels = try #require(record.sentinels)
            #expect(sentinels.count == record.samplesNanoseconds.count)
            let pairs = Double(measurement.workload.problem.pairs.allowed)
            let expected = pairs * 1e-6 * 1e9 * Double(record.iterationsPerSample)
            #expect(record.samplesNanoseconds.allSatisfy { abs(Double($0) - expected) < 10 })
            #expect(record.slowed == [Bool](repeating: false, count: sentinels.count))
        }
        // Warm-up and sample between two of them.
        let first = try #require(world.calls.lastIndex(of: "sentinel"))
        #expect(world.calls[..<first].last?.hasPrefix("full") == true)
    }

    @Test func eachSampleSaysWhenItWasTaken() throws {
        let results = try run(instruments())
        let seconds = Double(world.clock.nanoseconds) / 1e9
        for measurement in results.measurements {
            guard case .measured(let record) = measurement.outcome else { continue }
            let times = (record.sentinels ?? []).compactMap(\.elapsedSeconds)
            #expect(times.count == 12 && zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
            #expect(times.allSatisfy { (0...seconds).contains($0) })
        }
    }

    /// Two samples of one visit have one reading between them.
    @Test func consecutiveSamplesShareAReading() throws {
        let results = try run(instruments(), samplesPerVisit: 2)
        for measurement in results.measurements {
            guard case .measured(let record) = measurement.outcome, let sentinels = record.sentinels else {
                Issue.record("\(measurement.outcome)")
                continue
            }
            #expect(sentinels.count == 24)
            for first in stride(from: 0, to: sentinels.count, by: 2) {
                #expect(sentinels[first].after == sentinels[first + 1].before)
            }
        }
        // Two beside the call of each cell that is checked, and three a visit.
        #expect(world.calls.count { $0 == "sentinel" } == 2 * (2 + 3 * 12))
    }

    @Test func whatTheyCallSlowedIsKnownWhenTheFileIsRead() throws {
        // The whole takes about 0.8 s.
        let quiet = try run(instruments())
        let seconds = Double(world.clock.nanoseconds) / 1e9
        let half = try run(instruments(slowFrom: seconds * 1.6))
        func slowed(_ results: Results) -> Int {
            results.measurements.reduce(0) { count, measurement in
                guard case .measured(let record) = measurement.outcome else { return count }
                return count + (record.slowed ?? []).count { $0 }
            }
        }
        #expect(slowed(quiet) == 0)
        #expect((3...21).contains(slowed(half)), "\(slowed(half)) of 24")
    }

    @Test func theProgressLineCountsWhatIsLeftOut() throws {
        var kept = KeptSamples()
        let workload = try fakeWorkloads(kernels: ["full"], lengths: [64])[0]
        func add(_ nanoseconds: Int, tile: Int?) {
            let reading = tile.map { SentinelReading(tileNanoseconds: [$0]) }
            kept.add(
                Sample(
                    nanoseconds: nanoseconds,
                    contamination: ThreadEvidence.quiet.contamination(since: .quiet, wallNanoseconds: 0),
                    sentinels: reading.map { SentinelNeighbours(before: $0, after: $0) }), of: workload)
        }
        #expect(kept.summary == KeptSamples.Summary())
        for time in [1000, 1010, 1020, 1030, 1040] { add(time, tile: nil) }
        #expect(kept.summary == KeptSamples.Summary(count: 5, leftOut: 0, spread: 20.0 / 1020))
        for _ in 0..<20 { add(1020, tile: 31_000) }
        for _ in 0..<5 { add(1600, tile: 45_000) }
        #expect(kept.summary == KeptSamples.Summary(count: 30, leftOut: 5, spread: 0))
    }

    /// A cell is bound by memory where its FLOPs take less time than its bytes.
    @Test func memoryIsReadBesideCellsThatItBounds() throws {
        let ceilings = Ceilings(flopsPerSecond: .init(float32: 1e11, bfloat16: nil), readBytesPerSecond: 1e10)
        func work(queries: Int, keys: Int) throws -> Work {
            let shape = try AttentionShape(queryLength: queries, keyLength: keys, headDimension: 64)
            return Work(.prefill, problem: try AttentionProblem(shape: shape, mask: .causal), computedPairs: nil)
        }
        #expect(ceilings.memoryBounds(try work(queries: 1, keys: 4096)))
        #expect(!ceilings.memoryBounds(try work(queries: 4096, keys: 4096)))
    }
}
