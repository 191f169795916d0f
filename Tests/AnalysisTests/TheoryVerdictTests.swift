import Attention
import Foundation
import Records
import Statistics
import TestSupport
import Testing

@testable import Analysis

@Suite struct TheoryVerdictTests {
    private let lengths = Planted.halfOctaves(from: 512, count: 11)

    private func series(_ planted: Planted, seed: UInt64 = 21, lengths: [Int]? = nil) throws -> Series {
        var generator = SplitMix64(seed: seed)
        let measurements = planted.measurements(lengths ?? self.lengths, using: &generator)
        return try #require(Planted.analysis(measurements).series.first)
    }

    @Test(arguments: [Mask.causal, .slidingWindow(1024), .attentionSink(sinks: 4, window: 256), .chunkedLocal(2048)])
    func aPlantedLawIsRecovered(mask: Mask) throws {
        let series = try series(Planted(mask: mask, roundNoise: 0.005))
        #expect(series.verdict == .matches)
        #expect(try #require(series.exponent).contains(1))
        #expect(abs(try #require(series.nanosecondsPerPair).value / 0.5 - 1) < 0.01)
        #expect(abs(try #require(series.law).overheadNanoseconds / 20_000 - 1) < 0.1)
        #expect(abs(try #require(series.largestLengthError)) < 0.02)
        #expect(series.regimeChange == nil && series.cautions.isEmpty)
    }

    @Test func aPlantedDeviationIsSeen() throws {
        let series = try series(Planted(law: { 20_000 + 0.1 * pow($0, 1.1) }, roundNoise: 0.005))
        #expect(series.verdict == .deviates)
        #expect(abs(try #require(series.law).exponent - 1.1) < 0.005)
    }

    /// Overlapping chunks compute fewer pairs where the last chunk is not full: their time saws with the length.
    @Test(arguments: [(1.0, TheoryVerdict.matches), (1.1, .deviates)])
    func anOverheadThatChangesWithTheLengthIsAllowedFor(exponent: Double, verdict: TheoryVerdict) throws {
        let planted = Planted(
            kernel: "chunked-overlap", mask: .slidingWindow(1024), law: { 20_000 + 0.1 * pow($0, exponent) },
            followsComputed: true, waste: { $0.isMultiple(of: 1024) ? 2 : 1.75 }, roundNoise: 0.002)
        let series = try series(planted)
        #expect(series.verdictBasis == .computedPairs)
        #expect(series.verdict == verdict)
        #expect(
            series.cautions.contains { $0.description.hasPrefix("compared with the pairs that the kernel computes") })
    }

    /// A neighbour that slows long calls more than short ones bends most samples, and leaves the fastest alone.
    @Test func aDeviationThatTheFastestSamplesDoNotShareIsNone() throws {
        let planted = Planted()
        let measurements = lengths.map { length in
            let time = planted.law(Double(planted.work(length).usefulPairs))
            let slowed = time * pow(Double(length) / 512, 0.15)
            let samples = (0..<12).map { Int(saturating: $0 < 3 ? time : slowed * (1 + 0.001 * Double($0))) }
            return Measurement(
                workload: planted.workload(length), origin: .planted("full"), launch: 0, work: planted.work(length),
                scratchBytes: 0,
                outcome: .measured(Planted.record(samples)))
        }
        let series = try #require(Planted.analysis(measurements).series.first)
        #expect(try #require(series.exponent).low > 1.03)
        #expect(series.verdict == .undecided)
        #expect(series.cautions.contains { $0.description.hasPrefix("minima disagree") })
    }

    @Test func noiseThatHidesTheAnswerLeavesItUndecided() throws {
        let series = try series(Planted(launchNoise: 0.15, roundNoise: 0.01))
        #expect(series.verdict == .undecided)
    }

    /// Tiles overhang the edge of the mask; where the time follows what is computed, the exponent on the useful pairs
    /// must not leave the band for it, and the exponent on the computed pairs is exact.
    @Test(arguments: [(Mask.causal, 1.0), (.slidingWindow(1024), 1024)])
    func tilesThatOverhangDoNotReadAsDeviation(mask: Mask, width: Double) throws {
        let planted = Planted(
            mask: mask, followsComputed: true,
            waste: { 1 + 31 / (mask == .causal ? Double($0) : min(Double($0), width)) }, roundNoise: 0.0005)
        let series = try series(planted)
        #expect(series.verdict == .matches)
        #expect(abs(try #require(series.exponentOnComputedPairs).value - 1) < 0.002)
        #expect(abs(try #require(series.exponent).value - 1) < 0.01)
    }

    @Test func verdictsFollowTheirDefinition() {
        func estimate(_ low: Double, _ high: Double) -> Estimate {
            Estimate(value: (low + high) / 2, low: low, high: high, level: 0.95)
        }
        func verdict(_ narrow: Estimate, _ wide: Estimate) -> TheoryVerdict {
            TheoryVerdict(interval90: narrow, interval95: wide)
        }
        #expect(verdict(estimate(0.98, 1.02), estimate(0.96, 1.04)) == .matches)
        #expect(verdict(estimate(0.98, 1.04), estimate(0.97, 1.05)) == .undecided)
        #expect(verdict(estimate(1.05, 1.07), estimate(1.04, 1.08)) == .deviates)
        #expect(verdict(estimate(0.90, 0.95), estimate(0.89, 0.96)) == .deviates)
        #expect(verdict(estimate(1.04, 1.06), estimate(1.02, 1.08)) == .undecided)
    }

    @Test func fewLengthsGiveALawWithItsDoubtsOrNone() throws {
        let four = try series(Planted(), lengths: [1024, 2048, 4096, 8192])
        #expect(four.law != nil && four.verdict == .undecided)
        #expect(four.cautions.contains { $0.description.hasPrefix("few lengths: 4") })
        let two = try series(Planted(), lengths: [1024, 2048])
        #expect(two.law == nil && two.exponent == nil && two.nanosecondsPerPair == nil && two.verdict == .undecided)
        #expect(two.cautions.contains { $0.description == "no law: 2 lengths, and 3 are needed" })
        #expect(two.localExponents.count == 1)
    }

    /// Decode over a window: past the window every call costs the same, and there is nothing to fit.
    @Test func pairsThatDoNotGrowHaveNoLaw() throws {
        let series = try series(
            Planted(mask: .slidingWindow(256), queryLength: 1), lengths: [1024, 2048, 4096, 8192, 16384])
        #expect(series.law == nil && series.parameters.queryLength == 1)
        #expect(series.cautions.isEmpty && series.lengthSlope?.verdict == .matches, "and it is flat, as it should be")
        #expect(series.localExponents.allSatisfy { $0.theory == 0 })
    }
}
