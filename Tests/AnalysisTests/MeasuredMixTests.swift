import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis

/// Mixes whose times are known, in prompts and in decoding.
@Suite struct MeasuredMixTests {
    private static let heads = HeadCounts(batch: 1, query: 1, keyValue: 1, dimension: 64)

    private static func near(_ value: Double) -> Estimate { Estimate(logHalfWidth: 0.004, around: value, level: 0.95) }

    /// - Parameter seconds: of a unit of each kind's work, in the order of the layers.
    private static func mix(
        _ layers: [(layer: AttendingLayer, count: Int)], _ phase: Phase = .prefill, lengths: [Int], seconds: [Double]
    ) -> MeasuredMix {
        let parameters = layers.map { SeriesParameters($0.layer, phase, .float32, threads: 1) }
        func time(_ kind: Int, _ length: Int) -> Double {
            // Costs scatter by a fifth of a per cent.
            seconds[kind] * parameters[kind].work(length: length) * (1 + 0.002 * sin(Double(7 * length + kind)))
        }
        let total = layers.reduce(0) { $0 + $1.count }
        return MeasuredMix(
            kinds: layers.indices.map { kind in
                MeasuredMix.Kind(
                    label: "kind \(kind)", parameters: parameters[kind], layers: layers[kind].count,
                    seconds: lengths.map { near(time(kind, $0)) })
            }, full: 0,
            points: lengths.map { length in
                let stack = layers.indices.reduce(0) { $0 + Double(layers[$1].count) * time($1, length) }
                return MeasuredMix.Point(
                    length: length, stackOverSum: near(1), speedUp: near(Double(total) * time(0, length) / stack))
            })
    }

    private static let full = AttendingLayer(mask: .causal, heads: heads)
    private static let delta = AttendingLayer(mask: .causal, weighting: .gatedDelta, heads: heads)
    private static let window = AttendingLayer(mask: .slidingWindow(1024), heads: heads)
    private static let lengths = [256, 512, 1024, 2048, 4096, 8192]

    @Test func theoryCountsFLOPs() {
        let mix = Self.mix([(Self.full, 1), (Self.delta, 3)], lengths: Self.lengths, seconds: [1e-9, 1e-9])
        // n²/2 = 1.5·d·n, but for the own key of each query.
        #expect(mix.theoreticalCrossover == 3 * 64)
        let pairs = Double(8192 * 8193 / 2)
        #expect(abs(mix.theoreticalSpeedUp(at: 8192) - 4 * pairs / (pairs + 3 * 1.5 * 64 * 8192)) < 1e-9)
        let windows = Self.mix([(Self.full, 1), (Self.window, 5)], lengths: Self.lengths, seconds: [1e-9, 1e-9])
        #expect(windows.theoreticalCrossover == 1025)
        let none = Self.mix([(Self.full, 0), (Self.full, 2)], lengths: Self.lengths, seconds: [1e-9, 1e-9])
        #expect(none.theoreticalCrossover == nil)
    }

    @Test func decodingCountsBytes() {
        let mix = Self.mix(
            [(Self.full, 1), (Self.window, 1)], .decode, lengths: [4096, 8192, 16_384, 32_768], seconds: [1e-10, 1e-10])
        #expect(abs(mix.theoreticalSpeedUp(at: 1 << 20) - 2) < 0.01)
        #expect(mix.theoreticalCrossover == 1025)
    }

    /// A pair of the delta rule that costs three times as much moves the crossing to three times the length.
    @Test func theCrossoverLiesBetweenMeasuredLengths() throws {
        let mix = Self.mix([(Self.full, 1), (Self.delta, 3)], lengths: Self.lengths, seconds: [1e-9, 3e-9])
        guard case .from(let tokens) = mix.crossover else {
            Issue.record("no crossover in \(mix.crossover)")
            return
        }
        // The curve is not straight between 512 and 1024.
        #expect(abs(tokens.value / 576 - 1) < 0.1, "\(tokens)")
        #expect(tokens.low < tokens.value && tokens.value < tokens.high && tokens.high / tokens.low < 1.1)
        let early = Self.mix([(Self.full, 1), (Self.delta, 3)], lengths: Self.lengths, seconds: [1e-9, 1e-10])
        #expect(early.crossover == .throughout)
        let late = Self.mix([(Self.full, 1), (Self.delta, 3)], lengths: Self.lengths, seconds: [1e-9, 1e-6])
        #expect(late.crossover == .notReached)
    }

    /// Up to its size a window has the pairs of full attention, whatever its kernel takes for one.
    @Test func aWindowThatIsTheWholeTextIsNoAdvantage() {
        let mix = Self.mix([(Self.full, 1), (Self.window, 5)], lengths: Self.lengths, seconds: [1e-9, 0.8e-9])
        guard case .from(let tokens) = mix.crossover else {
            Issue.record("no crossover in \(mix.crossover)")
            return
        }
        #expect(abs(tokens.value - 1024) < 1e-6)
        let short = Self.mix([(Self.full, 1), (Self.window, 5)], lengths: [256, 512], seconds: [1e-9, 0.8e-9])
        #expect(short.crossover == .notReached)
    }

    @Test func lawsAddUpToAForecast() throws {
        let mix = Self.mix([(Self.full, 1), (Self.delta, 3)], lengths: Self.lengths, seconds: [1e-9, 2e-9])
        let attempts = mix.forecasts(at: [4096, 1 << 20])
        guard attempts.count == 1, case .forecast(let forecast) = attempts[0] else {
            Issue.record("\(attempts)")
            return
        }
        let n = Double(1 << 20)
        let (full, delta) = (1e-9 * n * (n + 1) / 2, 2e-9 * 1.5 * 64 * n)
        let sum = full + 3 * delta
        #expect(forecast.tokens == 1 << 20 && forecast.multipleOfMeasured == 128)
        #expect(abs(forecast.seconds.value / sum - 1) < 0.05 && forecast.seconds.contains(sum))
        #expect(abs(forecast.fullShare - full / sum) < 0.01 && abs(forecast.speedUp - 4 * full / sum) < 0.1)
    }

    /// Past its window a decoding step takes what it took at the longest length.
    @Test func whatDoesNotGrowStaysAsItIs() throws {
        let mix = Self.mix(
            [(Self.full, 1), (Self.window, 3)], .decode, lengths: [2048, 4096, 8192, 16_384], seconds: [1e-10, 1e-10])
        guard case .forecast(let forecast)? = mix.forecasts(at: [1 << 20]).first else {
            Issue.record("no forecast")
            return
        }
        #expect(forecast.fullShare > 0.98 && abs(forecast.speedUp - 4) < 0.1)
    }

    @Test func aMissingForecastSaysWhy() {
        func reason(_ lengths: [Int], _ tokens: Int) -> String {
            let mix = Self.mix([(Self.full, 1), (Self.delta, 3)], lengths: lengths, seconds: [1e-9, 1e-9])
            guard case .missing(_, let reason)? = mix.forecasts(at: [tokens]).first else { return "" }
            return reason
        }
        #expect(reason([256], 4096).contains("too few lengths were measured for a law of kind 0"))
        #expect(reason(Self.lengths, 10 << 20).contains("more than 1000 times the longest measured length"))
        #expect(MeasuredMix(kinds: [], full: 0, points: []).forecasts(at: [1024]).isEmpty)
    }

    @Test(arguments: [(1.0, TheoryVerdict.matches), (1.02, .undecided), (1.2, .deviates), (0.9, .deviates)])
    func costsAddUpWithinTheBandOfALaw(ratio: Double, verdict: TheoryVerdict) {
        let interval = Estimate(logHalfWidth: 0.015, around: ratio, level: 0.95)
        #expect(
            MeasuredMix.Point(length: 1024, stackOverSum: interval, speedUp: interval).additivity == verdict)
    }
}
