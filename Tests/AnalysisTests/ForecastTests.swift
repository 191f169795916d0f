import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Reporting

@Suite struct ForecastTests {
    private func forecasts(_ planted: Planted, _ lengths: [Int], seed: UInt64 = 61) -> ScalingAnalysis {
        var generator = SplitMix64(seed: seed)
        return Planted.analysis(planted.measurements(lengths, using: &generator))
    }

    @Test func aMeasuredLengthIsNotExtrapolated() throws {
        let analysis = forecasts(
            Planted(mask: .slidingWindow(1024)), Planted.halfOctaves(from: 4096, count: 10) + [1 << 20, 10 << 20])
        let point = try #require(analysis.series[0].points.last)
        let forecast = try #require(analysis.found(Forecasts.self).last)
        #expect(analysis.found(Forecasts.self).map(\.basis) == [.measured, .measured])
        #expect(forecast.tokens == 10_485_760 && forecast.multipleOfMeasured == 1)
        #expect(abs(forecast.seconds * 1e9 / point.median.value - 1) < 1e-12)
        #expect(
            abs(forecast.low * 1e9 / point.median.low - 1) < 1e-12
                && abs(forecast.high * 1e9 / point.median.high - 1) < 1e-12)
    }

    /// The exponent held at 1 where it was shown to be 1, free where it was not: both must cover.
    @Test(arguments: [(1.0, 0.01), (1.0, 0.06), (1.08, 0.01)])
    func extrapolationsCover(exponent: Double, noise: Double) throws {
        let lengths = Planted.halfOctaves(from: 1024, count: 9)
        let law = { (pairs: Double) in 20_000 + 0.5 * pow(pairs, exponent) }
        let truth = law(Double(PairCount(mask: .causal, length: 1 << 20).allowed)) * 1e-9
        var (covered, all) = (0, 0)
        for seed in 1...150 as ClosedRange<UInt64> {
            let analysis = forecasts(Planted(law: law, launchNoise: noise), lengths, seed: seed)
            guard let forecast = analysis.found(Forecasts.self).first(where: { $0.tokens == 1 << 20 }) else { continue }
            all += 1
            covered += forecast.low <= truth && truth <= forecast.high ? 1 : 0
            #expect(forecast.basis == .extrapolated && forecast.multipleOfMeasured == 64)
        }
        // P(fewer than 133 of 150) at 95 % is 1 in 1000.
        #expect(all == 150 && covered >= 133)
    }

    @Test func lengthsBetweenMeasuredOnesAreInterpolated() throws {
        let lengths = Planted.halfOctaves(from: 1024, count: 9) + [1 << 21]
        let analysis = forecasts(Planted(law: { 20_000 + 0.5 * $0 }, launchNoise: 0.005), lengths)
        let near = try #require(analysis.found(Forecasts.self).first { $0.tokens == 1 << 20 })
        #expect(near.basis == .interpolated && near.multipleOfMeasured == 0.5)
        let far = try #require(analysis.found(Forecasts.self).first { $0.tokens == 10 << 20 })
        #expect(far.basis == .extrapolated && far.multipleOfMeasured == 5)
    }

    @Test func theExponentHeldAtOneNarrowsTheForecast() throws {
        let lengths = Planted.halfOctaves(from: 1024, count: 9)
        let analysis = forecasts(Planted(law: { 0.5 * $0 }, launchNoise: 0.005), lengths)
        #expect(analysis.series[0].verdict == .matches)
        let forecast = try #require(analysis.found(Forecasts.self).first)
        #expect(forecast.high / forecast.low < 1.1)
    }

    @Test func farForecastsAreDoubtedAndThenRefused() throws {
        let near = forecasts(Planted(), Planted.halfOctaves(from: 1024, count: 9))
        #expect(near.found(Forecasts.self).map(\.tokens) == [1 << 20, 10 << 20])
        #expect(!near.found(Forecasts.self)[0].cautions.contains { $0.description.hasPrefix("far") })
        #expect(near.found(Forecasts.self)[1].cautions.contains { $0.description.hasPrefix("far: 640 times") })
        #expect(near.found(Forecasts.self)[1].cautions.contains { $0.description.hasPrefix("beyond the last cache") })
        let far = forecasts(Planted(), Planted.halfOctaves(from: 256, count: 11))
        #expect(far.found(Forecasts.self).map(\.tokens) == [1 << 20])
        #expect(
            far.cautions.map(\.description) == [
                "no forecast of full at 10M tokens: that is more than 1000 times the largest measured length; "
                    + "measure longer"
            ])
    }

    @Test func aForecastThatSaysNothingIsRefused() {
        let analysis = forecasts(Planted(launchNoise: 1), [2048, 4096, 8192])
        #expect(analysis.found(Forecasts.self).allSatisfy { $0.high <= $0.low * Forecast.refusedSpread })
        #expect(analysis.cautions.contains { $0.description.contains("span more than a factor of 100") })
    }

    @Test func aSeriesWithoutLawHasNoForecast() {
        let analysis = forecasts(Planted(), [1024, 2048])
        #expect(analysis.found(Forecasts.self).isEmpty)
        #expect(
            analysis.cautions.map(\.description) == [
                "no forecast of full at 1M and 10M tokens: there is no fitted law; measure more lengths"
            ])
    }
}
