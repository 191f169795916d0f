import Attention
import Records
import Statistics
import Testing

@testable import Analysis
@testable import Reporting

@Suite struct StrongScalingTests {
    /// Serial share of 4 %: on two threads 1 / (0.04 + 0.48) of the speed, on four 1 / (0.04 + 0.24).
    private func measurements(
        threads: [Int], lengths: [Int] = [2048, 8192], heads: Int = 1, noise: Double = 0.002, seed: UInt64 = 3
    ) -> [Measurement] {
        var generator = SplitMix64(seed: seed)
        return threads.flatMap { count in
            Planted(
                law: { 0.5 * $0 * (0.04 + 0.96 / Double(count)) }, roundNoise: noise, heads: (heads, heads),
                threads: count
            ).measurements(lengths, using: &generator)
        }
    }

    @Test func findsThePlantedSpeedUp() throws {
        let scaling = Planted.analysis(measurements(threads: [4, 1, 2])).found(ThreadScaling.self)
        #expect(scaling.map(\.length) == [2048, 8192])
        for problem in scaling {
            #expect(problem.series == "full")
            #expect(problem.rows.map(\.threads) == [1, 2, 4])
            #expect(problem.rows[0].speedUp == Estimate(value: 1, low: 1, high: 1, level: problem.rows[0].median.level))
            for row in problem.rows.dropFirst() {
                let truth = 1 / (0.04 + 0.96 / Double(row.threads))
                #expect(row.speedUp.contains(truth))
                #expect(row.speedUp.high - row.speedUp.low < 0.02 * truth)
                #expect(abs(row.efficiency.value - row.speedUp.value / Double(row.threads)) < 1e-12)
            }
        }
    }

    /// Sentinels beside one thread and beside two say how many cores the two CPUs are.
    @Test func theCoresOfThreadsAreTold() throws {
        let cells = measurements(threads: [1, 2]).map { planted in
            guard case .measured(let record) = planted.outcome else { return planted }
            let threads = planted.workload.threads
            let reading = SentinelReading(
                tileNanoseconds: Array(repeating: threads == 1 ? 30_000 : 50_000, count: threads))
            let watched = Measurement.Record(
                samplesNanoseconds: record.samplesNanoseconds, rounds: record.rounds, iterationsPerSample: 1,
                contamination: record.contamination, peakResidentBytes: 0, maximumError: 0,
                sentinels: record.rounds.map { _ in SentinelNeighbours(before: reading, after: reading) })
            return Measurement(
                workload: planted.workload, origin: planted.origin, launch: planted.launch, work: planted.work,
                scratchBytes: planted.scratchBytes, outcome: .measured(watched))
        }
        let found = try #require(TileCores.found(in: cells).first)
        #expect(found.threads == 2 && abs(found.cores - 1.2) < 1e-9 && TileCores.found(in: cells).count == 1)
        #expect(
            ThreadScaling.sentence(threads: 2, cores: found.cores) == "2 CPUs together do the tile work of 1.2 cores")
        #expect(TileCores.found(in: measurements(threads: [1, 2])).isEmpty, "nobody looked")
    }

    /// With 95 % intervals on independent draws, about one in twenty may miss the truth.
    @Test func intervalsHoldTheTruthAsOftenAsTheySay() {
        let truth = 1 / 0.52
        let held = (0..<200).count { seed in
            let all = measurements(threads: [1, 2], lengths: [2048], noise: 0.02, seed: UInt64(seed))
            return Planted.analysis(all).found(ThreadScaling.self)[0].rows[1].speedUp.contains(truth)
        }
        #expect(held >= 180)
    }

    @Test func withoutOneThreadTheFewestCountAsIdeal() throws {
        let scaling = Planted.analysis(measurements(threads: [2, 4], lengths: [2048], noise: 0)).found(
            ThreadScaling.self)
        let rows = try #require(scaling.first).rows
        #expect(rows[0].speedUp.value == 2)
        #expect(abs(rows[1].speedUp.value - 2 * 0.52 / 0.28) < 1e-3)
    }

    @Test func problemsAreToldApartByWhatElseDiffers() {
        let all =
            measurements(threads: [1, 2], lengths: [2048]) + measurements(threads: [1, 2], lengths: [2048], heads: 8)
        #expect(Planted.analysis(all).found(ThreadScaling.self).map(\.series) == ["full, 1 head", "full, 8 heads"])
    }

    @Test func oneNumberOfThreadsScalesNothing() {
        #expect(Planted.analysis(measurements(threads: [1])).found(ThreadScaling.self).isEmpty)
        let apart = measurements(threads: [1], lengths: [2048]) + measurements(threads: [2], lengths: [8192])
        #expect(Planted.analysis(apart).found(ThreadScaling.self).isEmpty, "no length has both")
    }

    /// A series is of one number of threads, and its points are fractions of that many cores' peak.
    @Test func threadsMakeSeriesOfTheirOwn() {
        let series = Planted.analysis(measurements(threads: [1, 2], lengths: [8192], noise: 0)).series
        #expect(series.map(\.label) == ["full, 1 thread", "full, 2 threads"])
        let points = series.map { $0.points[0] }
        let speed = points.map { Double($0.work.flops) / $0.median.value * 1e9 }
        #expect(abs(points[0].utilisation.fractionOfPeak - speed[0] / 200e9) < 1e-9)
        #expect(abs(points[1].utilisation.fractionOfPeak - speed[1] / 400e9) < 1e-9)
    }
}
