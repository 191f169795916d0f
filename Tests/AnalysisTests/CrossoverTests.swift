import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Reporting

@Suite struct CrossoverTests {
    private let lengths = Planted.halfOctaves(from: 512, count: 9)

    /// Full attention against overlapping chunks of a window of 1024 that compute twice the pairs.
    private func crossover(
        windowCost: Double, overhead: Double = 0, noise: Double = 0.01, lengths: [Int], seed: UInt64
    ) throws -> Crossover {
        var generator = SplitMix64(seed: seed)
        let full = Planted(law: { 0.5 * $0 }, launchNoise: noise)
        let window = Planted(
            kernel: "chunked-overlap", mask: .slidingWindow(1024), law: { overhead + windowCost * $0 },
            launchNoise: noise)
        let measurements =
            full.measurements(lengths, using: &generator) + window.measurements(lengths, using: &generator)
        return try #require(Planted.analysis(measurements).found(Crossovers.self).first)
    }

    /// Where 0.5·T(n) = cost·P(n): n²/2·0.5 = cost·(n·w − w²/2), to the lower orders.
    private func expected(windowCost: Double) -> Double {
        let ratio = windowCost / 0.5
        let w = 1024.0
        return ratio * w * (1 + (1 - 1 / ratio).squareRoot())
    }

    @Test func aPlantedCrossoverIsCovered() throws {
        let truth = expected(windowCost: 1)
        var (covered, all) = (0, 0)
        for seed in 1...40 as ClosedRange<UInt64> {
            let crossover = try crossover(windowCost: 1, lengths: lengths, seed: seed)
            #expect(crossover.faster == "chunked-overlap(1024)" && crossover.slower == "full")
            guard case .at(let tokens, bracketed: true) = crossover.place else { continue }
            all += 1
            covered += tokens.contains(truth) ? 1 : 0
            #expect(tokens.high / tokens.low < 1.3)
        }
        // P(fewer than 34 of 40) at 95 % is 1 in 200.
        #expect(all == 40 && covered >= 34)
    }

    @Test func beyondTheMeasuredLengthsTheLawsSayWhere() throws {
        let truth = expected(windowCost: 1)
        let short = Planted.halfOctaves(from: 64, count: 11).map { $0 }
        let crossover = try crossover(windowCost: 1, noise: 0.002, lengths: short, seed: 5)
        guard case .at(let tokens, bracketed: false) = crossover.place else {
            Issue.record("\(crossover.place) is not an extrapolated crossover")
            return
        }
        #expect(abs(tokens.value / truth - 1) < 0.1 && tokens.contains(truth))
        #expect(crossover.faster == "chunked-overlap(1024)")
    }

    /// n²/2 pairs against 128 for each token, at twice the price: from 512 tokens on. Its law is over these pairs, and so over tokens.
    @Test func linearAttentionIsHeldAgainstFullAttention() throws {
        var generator = SplitMix64(seed: 3)
        let full = Planted(law: { 0.5 * $0 }, headDimension: 128)
        let linear = Planted(kernel: "linear", law: { $0 }, headDimension: 128, weighting: .linear)
        let lengths = Planted.halfOctaves(from: 128, count: 11)
        let analysis = Planted.analysis(
            full.measurements(lengths, using: &generator) + linear.measurements(lengths, using: &generator))
        let crossover = try #require(analysis.found(Crossovers.self).first)
        #expect(crossover.faster == "linear" && crossover.slower == "full")
        guard case .at(let tokens, bracketed: true) = crossover.place else {
            Issue.record("\(crossover.place) is not between measured lengths")
            return
        }
        #expect(abs(tokens.value / 511 - 1) < 0.02 && tokens.low < tokens.high)
        let series = try #require(analysis.series.first { $0.kernel == "linear" })
        #expect(series.verdict == .matches && series.exponent!.contains(1))
        #expect(series.points.map(\.work.usefulPairs) == lengths.map { 128 * $0 })
        let forecast = try #require(
            analysis.found(Forecasts.self).first { $0.series == "linear" && $0.tokens == 1 << 20 })
        #expect(abs(forecast.seconds / (128e-9 * Double(1 << 20)) - 1) < 0.05)
    }

    /// A step that reads a state takes as long at any length, and that is what theory says.
    @Test func aStepOverAStateStaysFlat() throws {
        var generator = SplitMix64(seed: 4)
        let step = Planted(
            kernel: "decode-linear", law: { 1000 + $0 }, headDimension: 128, queryLength: 1, weighting: .linear,
            followsBytes: true)
        let series = try #require(
            Planted.analysis(step.measurements([1024, 4096, 16384, 65536], using: &generator)).series.first)
        #expect(series.lengthSlope?.verdict == .matches && series.verdict == .matches)
        #expect(Set(series.points.map(\.work.bytes)).count == 1)
    }

    @Test func aWindowThatWinsThroughoutHasNoCrossover() throws {
        let crossover = try crossover(windowCost: 0.25, lengths: lengths, seed: 6)
        #expect(crossover.place == .notCrossedInRange)
        #expect(crossover.faster == "chunked-overlap(1024)")
    }

    /// Up to 1024 tokens the window is the whole text: it wins from there, not from where noise favours it.
    @Test func aWindowDoesNotWinWhereItIsTheWholeText() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var generator = SplitMix64(seed: seed)
            let full = Planted(law: { 0.5 * $0 }, launchNoise: 0.005)
            let window = Planted(
                kernel: "sliding-window", mask: .slidingWindow(1024), law: { 0.5 * $0 }, launchNoise: 0.005)
            let measurements =
                full.measurements(lengths, using: &generator) + window.measurements(lengths, using: &generator)
            let crossover = try #require(Planted.analysis(measurements).found(Crossovers.self).first)
            guard case .at(let tokens, bracketed: true) = crossover.place else {
                Issue.record("\(crossover.place) is not a measured crossover")
                continue
            }
            #expect(tokens.value >= 1023 && tokens.value < 1100 && tokens.high < 1200)
        }
    }

    @Test func aWindowThatNeverWinsHasNoCrossover() throws {
        // So slow that the laws cross beyond 64 times the largest length.
        let crossover = try crossover(windowCost: 300, lengths: [256, 362, 512, 724, 1024], seed: 7)
        #expect(crossover.place == .notCrossedInRange)
        #expect(crossover.faster == "full" && crossover.slower == "chunked-overlap(1024)")
    }

    /// No length is longer than the window: both compute the same, and noise must not make one faster throughout.
    @Test func neitherWinsThroughoutWhereAWindowIsTheWholeText() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var generator = SplitMix64(seed: seed)
            let short = [256, 362, 512, 724, 1024]
            let full = Planted(law: { 0.5 * $0 }, launchNoise: 0.005)
            let window = Planted(
                kernel: "sliding-window", mask: .slidingWindow(1024), law: { 0.5 * $0 }, launchNoise: 0.005)
            let measurements =
                full.measurements(short, using: &generator) + window.measurements(short, using: &generator)
            let crossovers = Planted.analysis(measurements).found(Crossovers.self)
            #expect(!crossovers.contains { $0.place == .notCrossedInRange }, "seed \(seed)")
        }
    }

    /// Slower at the largest length only, as a kernel with a regression there would be: not "slower at every length".
    @Test func aWindowThatWinsAtSomeLengthsOnlyIsNotSlowerThroughout() throws {
        var generator = SplitMix64(seed: 9)
        let full = Planted(law: { 0.5 * $0 })
        let window = Planted(
            kernel: "sliding-window", mask: .slidingWindow(64), law: { $0 > 500_000 ? 10_000 * $0 : 0.1 * $0 })
        let measurements =
            full.measurements(lengths, using: &generator) + window.measurements(lengths, using: &generator)
        let crossovers = Planted.analysis(measurements).found(Crossovers.self)
        #expect(!crossovers.contains { $0.place == .notCrossedInRange })
    }

    @Test func onlyTheSameShapeIsCompared() throws {
        var generator = SplitMix64(seed: 8)
        let full = Planted(headDimension: 128).measurements(lengths, using: &generator)
        let window = Planted(kernel: "sliding-window", mask: .slidingWindow(1024))
            .measurements(lengths, using: &generator)
        #expect(Planted.analysis(full + window).found(Crossovers.self).isEmpty)
        // An encoder's window is held against attention without a mask, not against causal attention.
        let symmetric = Planted(kernel: "symmetric-window", mask: .symmetricWindow(radius: 256))
            .measurements(lengths, using: &generator)
        #expect(
            Planted.analysis(Planted().measurements(lengths, using: &generator) + symmetric).found(Crossovers.self)
                .isEmpty)
        let unmasked = Planted(kernel: "full-bidirectional", mask: .full).measurements(lengths, using: &generator)
        let crossovers = Planted.analysis(unmasked + symmetric).found(Crossovers.self)
        #expect(crossovers.count == 1 && crossovers[0].faster == "symmetric-window(256)")
    }
}
