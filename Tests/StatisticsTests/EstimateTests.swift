import Attention
import Foundation
import Statistics
import Testing

@Suite struct EstimateTests {
    @Test func aRatioCombinesBothIntervals() {
        let a = Estimate(logHalfWidth: 0.03, around: 12, level: 0.95)
        let b = Estimate(logHalfWidth: 0.04, around: 4, level: 0.9)
        let ratio = a.ratio(to: b)
        #expect(abs(ratio.value - 3) < 1e-12 && ratio.level == 0.9)
        #expect(abs(log(ratio.high / 3) - 0.05) < 1e-12 && abs(log(3 / ratio.low) - 0.05) < 1e-12)
    }

    @Test func aRatioKeepsWhatIsLopsided() {
        let a = Estimate(value: 1, low: exp(-0.3), high: 1, level: 0.95)
        let exact = Estimate(value: 1, low: 1, high: 1, level: 0.95)
        #expect(abs(a.ratio(to: exact).low - exp(-0.3)) < 1e-12 && a.ratio(to: exact).high == 1)
        #expect(abs(exact.ratio(to: a).high - exp(0.3)) < 1e-12 && exact.ratio(to: a).low == 1)
    }

    @Test func aSumCombinesTheDistancesFromTheValues() {
        let sum = Estimate.sum([
            Estimate(value: 10, low: 7, high: 13, level: 0.95), Estimate(value: 20, low: 16, high: 20, level: 0.9),
        ])
        #expect(sum == Estimate(value: 30, low: 25, high: 33, level: 0.9))
    }

    @Test func ratiosOfMediansCover() throws {
        var generator = SplitMix64(seed: 12)
        func median(_ center: Double) throws -> Estimate {
            try Durations((0..<12).map { _ in center * exp(0.05 * NormalDistribution.draw(using: &generator)) })
                .medianEstimate()
        }
        let covered = try (0..<1000).count { _ in try median(30).ratio(to: median(10)).contains(3) }
        // The order statistics of 12 values cover 96.1 %.
        #expect(covered > 935 && covered < 990)
    }

    @Test func jsonCallsTheValueEstimate() throws {
        let estimate = Estimate(value: 2, low: 1, high: 3, level: 0.5)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(estimate)
        #expect(String(decoding: data, as: UTF8.self) == #"{"estimate":2,"high":3,"level":0.5,"low":1}"#)
        #expect(try JSONDecoder().decode(Estimate.self, from: data) == estimate)
    }
}
