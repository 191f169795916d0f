import Attention
import Foundation
import Statistics
import Testing

@Suite struct BootstrapTests {
    @Test func intervalIsThatOfTheDraws() {
        var generator = SplitMix64(seed: 4)
        let estimate = Bootstrap(replicates: 4000).estimate(of: 0, using: &generator) {
            NormalDistribution.draw(using: &$0)
        }
        #expect(abs(estimate.low + 1.96) < 0.15 && abs(estimate.high - 1.96) < 0.15)
    }

    @Test func sameSeedSameInterval() throws {
        let groups = try [[1.0, 2, 3], [2, 3, 4], [9, 8, 7]].map { try Durations($0) }
        var (one, two) = (SplitMix64(seed: 6), SplitMix64(seed: 6))
        let first = Bootstrap().medianOfMedians(groups, using: &one)
        #expect(first == Bootstrap().medianOfMedians(groups, using: &two))
        #expect(first.value == 3 && first.low < 3 && first.high > 3)
    }

    /// What differs between launches must widen the interval, however many rounds each launch has.
    @Test func coversWhenLaunchesDiffer() throws {
        var generator = SplitMix64(seed: 7)
        let trials = 200
        let covered = try (0..<trials).count { _ in
            let groups = try (0..<24).map { _ in
                let launch = 100 + 5 * NormalDistribution.draw(using: &generator)
                return try Durations((0..<10).map { _ in launch + NormalDistribution.draw(using: &generator) })
            }
            return Bootstrap(replicates: 200).medianOfMedians(groups, using: &generator).contains(100)
        }
        #expect(covered > 178 && covered < 199)
    }
}
