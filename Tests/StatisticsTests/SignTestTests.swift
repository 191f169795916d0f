import Attention
import Foundation
import Statistics
import Testing

@Suite struct SignTestTests {
    /// Ranks, counted from 1, of the 95 % interval of a median, as tables of the sign test give them.
    @Test(arguments: [(6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)])
    func ranks(count: Int, low: Int, high: Int) throws {
        let estimate = try Durations((1...count).map(Double.init)).medianEstimate()
        #expect(estimate.low == Double(low) && estimate.high == Double(high))
        #expect(estimate.level == 0.95)
    }

    @Test func fewValuesGiveTheRangeAtTheCoverageItHas() throws {
        let five = try Durations([5, 3, 4, 1, 2])
        #expect(five.medianEstimate() == Estimate(value: 3, low: 1, high: 5, level: 0.9375))
        #expect(try Durations([7]).medianEstimate() == Estimate(value: 7, low: 7, high: 7, level: 0))
        #expect(Durations.minimumCount(level: 0.95) == 6)
        #expect(Summary(five).cautions == [.fewSamples(5, needed: 6)])
        #expect(Summary(try Durations([1, 2, 3, 4, 5, 6])).cautions.isEmpty)
    }

    @Test func manyValuesDoNotUnderflow() throws {
        let estimate = try Durations((1...5000).map(Double.init)).medianEstimate()
        // The normal approximation: 2500.5 ± 1.96 · √5000 / 2.
        #expect(abs(estimate.low - 2431) <= 1 && abs(estimate.high - 2570) <= 1)
    }

    @Test func coversASkewedMedian() throws {
        var generator = SplitMix64(seed: 1)
        let covered = try (0..<2000).count { _ in
            let values = (0..<15).map { _ in -log(Double.random(in: 0..<1, using: &generator)) + 1e-9 }
            return try Durations(values).medianEstimate().contains(log(2))
        }
        // Exact coverage at 15 values is 0.9648; four standard errors are 0.0165.
        #expect(abs(Double(covered) / 2000 - 0.9648) < 0.0165)
    }
}
