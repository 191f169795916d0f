import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Records

@Suite struct CellTimingTests {
    private let spread = [1000, 1010, 990, 1005, 995, 1002, 998, 1001, 1003, 999]

    private func timing(_ samples: [Int], contaminated: Set<Int> = []) throws -> CellTiming {
        let evidence = samples.indices.map { contaminated.contains($0) ? Planted.migrated : Planted.quiet }
        return try CellTiming(launches: [Planted.record(samples, contamination: evidence)])
    }

    @Test func contaminatedSamplesAreLeftOut() throws {
        var samples = spread
        for index in 0..<4 { samples[index] = 9000 }
        let timing = try timing(samples, contaminated: [0, 1, 2, 3])
        #expect(timing.median.high < 1100 && timing.cautions.isEmpty)
        #expect(timing.sampling.samples == 10 && timing.sampling.contaminatedSamples == 4)
    }

    @Test func cleanSamplesAreUsedWhileThreeRemain() throws {
        let times = [9000, 9100, 9200, 9300, 9400, 9500, 9600, 1000, 1010, 1020]
        let left = try timing(times, contaminated: Set(0..<7))
        #expect(left.median.value == 1010 && left.sampling.contaminatedSamples == 7)
        #expect(left.cautions == [.fewSamples(3, needed: 6)])
    }

    /// Two clean samples of ten, and others of which the system took a tenth to eight tenths: the six that it took least of.
    @Test func whereNearlyAllAreDisturbedTheLeastDisturbedAreUsed() throws {
        let shares = [0.8, 0, 0.3, 0.7, 0.1, 0, 0.6, 0.4, 0.2, 0.5]
        let samples = shares.map { Int(saturating: (1000 / (1 - $0)).rounded()) }
        let evidence = zip(samples, shares).map { sample, share in
            Contamination(
                migrated: false, runDelayNanoseconds: 0,
                offCPUNanoseconds: Int(saturating: (share * Double(sample)).rounded()), stealNanoseconds: 0,
                involuntarySwitches: 0)
        }
        let record = Planted.record(samples, contamination: evidence)
        #expect(record.samplesToUse == [1, 2, 4, 5, 7, 8])
        let timing = try CellTiming(launches: [record])
        #expect(timing.median.low == 1000 && timing.median.high == 1667)
        #expect(
            timing.cautions.map(\.description) == [
                "noisy: the system disturbed 8 of 10 samples, so the time is that of the 6 least disturbed"
            ])
    }

    /// Of launches that sentinels have judged.
    private func timing(_ samples: [Int], slowed: Set<Int>) throws -> CellTiming {
        var record = Planted.record(samples)
        record.slowed = samples.indices.map(slowed.contains)
        return try CellTiming(launches: [record])
    }

    @Test func slowedSamplesAreLeftOutWhileThreeRemain() throws {
        let times = [9000, 9100, 9200, 9300, 9400, 9500, 9600, 1000, 1010, 1020]
        let left = try timing(times, slowed: Set(0..<7))
        #expect(left.median.value == 1010 && left.sampling.contaminatedSamples == 7)
        #expect(left.cautions == [.fewSamples(3, needed: 6)])
        let kept = try timing(times, slowed: Set(0..<8))
        #expect(kept.median.value > 9000)
        #expect(
            kept.cautions.map(\.description) == [
                "slowed: something slowed the machine beside 8 of 10 samples, too many to leave them out"
            ])
    }

    /// The level is the lower decile of the readings: with less than a tenth left it is not the quiet one.
    @Test func aTenthMustRemain() throws {
        let times = [Int](repeating: 2000, count: 37) + [1000, 1000, 1000]
        #expect(try timing(times, slowed: Set(0..<37)).median.value == 2000)
        #expect(try timing(Array(times.suffix(30)), slowed: Set(0..<27)).median.value == 1000)
    }

    @Test func outliersThatNothingExplainsStay() throws {
        var samples = spread
        samples[4] = 50_000
        let timing = try timing(samples)
        #expect(timing.sampling.samples == 10 && timing.sampling.contaminatedSamples == 0)
        #expect(timing.median.value == 1001.5)
        #expect(timing.sampling.outliers == OutlierCounts(mild: 1, severe: 1))
    }

    @Test func fewQuietSamplesAreNotNoisy() throws {
        let timing = try timing([1000, 1010, 990])
        #expect(timing.cautions == [.fewSamples(3, needed: 6)])
        #expect(timing.median == Estimate(value: 1000, low: 990, high: 1010, level: 0.75))
    }

    @Test func aSampleIsDividedByItsCalls() throws {
        let record = Planted.record(spread, iterations: 10)
        #expect(try CellTiming(launches: [record]).median.value == 100.05)
    }

    @Test func launchesCountNotSamples() throws {
        // Three launches that differ by 10 %, a hundred samples each that agree to the nanosecond.
        let launches = [1000, 1100, 1200].map { Planted.record([Int](repeating: $0, count: 100)) }
        let median = try CellTiming(launches: launches).median
        #expect(abs(median.value - 1100) < 1e-9)
        #expect(median.low < 900 && median.high > 1300)
    }

    /// What fits weigh points by must not be blown up by Student's factor for few launches.
    @Test func theStandardErrorIsThatOfTheLaunches() throws {
        let launches = [1000, 1020].map { Planted.record([Int](repeating: $0, count: 10)) }
        let timing = try CellTiming(launches: launches)
        // Two values d apart have a mean of standard error d/2.
        #expect(abs(try #require(timing.sampling.logStandardError) - log(1.02) / 2) < 1e-9)
        #expect(timing.median.high / timing.median.low > 1.2)
        #expect(try CellTiming(launches: [Planted.record([1000])]).sampling.logStandardError == nil)
    }

    /// Twelve samples of six rounds say no more than six.
    @Test func theSamplesOfOneVisitAreOneObservation() throws {
        let times = [1000, 1000, 1010, 1010, 990, 990, 1005, 1005, 995, 995, 1002, 1002]
        let rounds = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
        let paired = Measurement.Record(
            samplesNanoseconds: times, rounds: rounds, iterationsPerSample: 1,
            contamination: times.map { _ in Planted.quiet }, peakResidentBytes: 0, maximumError: 0)
        let single = Planted.record([1000, 1010, 990, 1005, 995, 1002])
        #expect(try CellTiming(launches: [paired]).median == CellTiming(launches: [single]).median)
        #expect(try CellTiming(launches: [paired]).sampling.samples == 12)
    }

    @Test func theVarianceIsThatOfItsLevels() throws {
        func record(_ center: Int) -> Measurement.Record {
            let times = [center, center + 1, center, center + 1]
            return Measurement.Record(
                samplesNanoseconds: times, rounds: [1, 1, 2, 2], iterationsPerSample: 1,
                contamination: times.map { _ in Planted.quiet }, peakResidentBytes: 0, maximumError: 0)
        }
        let timing = try CellTiming(launches: [record(100_000), record(102_000), record(104_000)])
        let variance = try #require(timing.sampling.variance)
        #expect(abs(variance.launch.squareRoot() - 0.0196) < 0.0002)
        #expect(variance.round == 0)
        #expect(try #require(variance.sample) < 1e-9)
        #expect(timing.sampling.launches == 3)
        #expect(
            timing.cautions.map(\.description) == ["few launches: 3 leave a wide interval; 5 or more give a narrow one"]
        )
        #expect(try CellTiming(launches: [record(100_000)]).sampling.variance == nil)
    }

    @Test func manyLaunchesAreBootstrapped() throws {
        let launches = (0..<25).map { Planted.record([1000 + $0, 1001 + $0, 1002 + $0]) }
        let median = try CellTiming(launches: launches).median
        #expect(median.value == 1013 && median.low > 1003 && median.high < 1023)
        #expect(try CellTiming(launches: launches).median == median)
    }

    @Test func driftIsSeen() throws {
        let rising = (0..<20).map { 1000 + 5 * $0 }
        #expect(
            try timing(rising).cautions.map(\.description) == ["drifting: the time rose by 9.1 % over the rounds"])
        let falling = Array(rising.reversed())
        #expect(try timing(falling).cautions.contains { $0.description.hasPrefix("drifting: the time fell") })
        #expect(try timing(spread).cautions.isEmpty)
    }

    @Test func aSampleWithoutDurationIsRefused() {
        #expect(throws: DurationsError.notADuration(0)) { try timing([1000, 0]) }
    }

    @Test func intervalsOverLaunchesCover() throws {
        var generator = SplitMix64(seed: 51)
        let planted = Planted(law: { _ in 1e7 }, launchNoise: 0.02, roundNoise: 0.01, launches: 5)
        let covered = try (0..<300).count { _ in
            let records = planted.measurements([1024], using: &generator).compactMap { measurement in
                if case .measured(let record) = measurement.outcome { record } else { nil }
            }
            return try CellTiming(launches: records).median.contains(1e7)
        }
        // A little above 95 %, because the median's loss against the mean is taken at its largest.
        #expect(covered > 280)
    }
}
