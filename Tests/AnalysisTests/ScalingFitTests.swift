import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis

@Suite struct ScalingFitTests {
    private static let halfOctaves = Planted.halfOctaves(from: 512, count: 11)
    private static let octaves = (0..<6).map { 512 << $0 }

    /// Times by the law, scattered by `noise`, whose points claim only half of it as their own error.
    private func observations(
        _ mask: Mask, _ lengths: [Int], overhead: Double, exponent: Double, noise: Double,
        using generator: inout SplitMix64
    ) -> [ScalingFit.Observation] {
        let pairs = lengths.map { Double(PairCount(mask: mask, length: $0).allowed) }
        let least = pow(pairs[0], exponent)
        return pairs.map {
            let time = pow($0, exponent) + overhead * least
            return ScalingFit.Observation(
                work: $0, nanoseconds: time * exp(noise * NormalDistribution.draw(using: &generator)),
                logError: max(noise / 2, 1e-6))
        }
    }

    @Test func recoversAnExactLaw() throws {
        let observations = Self.halfOctaves.map {
            let pairs = Double(PairCount(mask: .slidingWindow(1024), length: $0).allowed)
            return ScalingFit.Observation(
                work: pairs, nanoseconds: 50_000 + 0.7 * pow(pairs, 1.05), logError: 1e-6)
        }
        let fit = try #require(ScalingFit(observations, freeExponent: true))
        #expect(abs(fit.law.exponent - 1.05) < 1e-6)
        #expect(abs(fit.law.overheadNanoseconds / 50_000 - 1) < 1e-4)
        #expect(abs(fit.law.coefficient / 0.7 - 1) < 1e-4)
        let far = fit.logTime(work: 1e12).value
        #expect(abs(exp(far) / fit.law.nanoseconds(work: 1e12) - 1) < 1e-9)
    }

    /// The interval of the exponent covers at its level whatever the overhead: none, too small to be seen, or large.
    @Test(
        arguments: [0, 0.02, 0.3],
        [
            (Mask.causal, halfOctaves, 0.01), (.slidingWindow(1024), halfOctaves, 0.01),
            (.slidingWindow(1024), octaves, 0.02),
        ]
    )
    func exponentIntervalCovers(overhead: Double, series: (mask: Mask, lengths: [Int], noise: Double)) throws {
        var generator = SplitMix64(seed: 11)
        let trials = 400
        var covered = 0
        var widths: [Double] = []
        for _ in 0..<trials {
            let observations = observations(
                series.mask, series.lengths, overhead: overhead, exponent: 1, noise: series.noise, using: &generator)
            let exponent = try #require(ScalingFit(observations, freeExponent: true)?.exponent(level: 0.95))
            covered += exponent.contains(1) ? 1 : 0
            widths.append(exponent.high - exponent.low)
        }
        let tolerance = 3 * (0.95 * 0.05 / Double(trials)).squareRoot()
        // Where the overhead is at or near its bound of zero the interval is a little safe: 0.973 over 2000 sets.
        #expect(Double(covered) / Double(trials) > 0.95 - tolerance)
        #expect(Double(covered) / Double(trials) < 0.973 + tolerance)
        // An interval that covers by being useless is no success.
        #expect(widths.sorted()[trials / 2] < 4 * series.noise)
    }

    @Test func overheadIsNeverNegative() throws {
        // Cheaper at the start than the law: only a negative overhead would fit exactly.
        let observations = Self.halfOctaves.map {
            let pairs = Double($0)
            return ScalingFit.Observation(work: pairs, nanoseconds: 100 * pairs - 20_000, logError: 0.01)
        }
        for free in [true, false] {
            let fit = try #require(ScalingFit(observations, freeExponent: free))
            #expect(fit.law.overheadNanoseconds == 0)
        }
    }

    @Test func refusesWhatCannotBeFitted() {
        func flat(_ pairs: [Double]) -> [ScalingFit.Observation] {
            pairs.map { ScalingFit.Observation(work: $0, nanoseconds: $0, logError: 0.01) }
        }
        #expect(ScalingFit(flat([1000, 2000]), freeExponent: true) == nil)
        #expect(ScalingFit(flat([1000, 1100, 1200, 1300]), freeExponent: true) == nil)
        #expect(ScalingFit([], freeExponent: false) == nil)
        // Four points: no overhead, but a law.
        #expect(ScalingFit(flat([1000, 2000, 4000, 8000]), freeExponent: true)?.law.overheadNanoseconds == 0)
    }
}
