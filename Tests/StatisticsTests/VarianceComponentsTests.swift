import Attention
import Foundation
import Testing

@testable import Statistics

@Suite struct VarianceComponentsTests {
    /// Values with planted variances at each level.
    private func planted(
        launches: Int, rounds: Int, samples: Int, deviations: (launch: Double, round: Double, sample: Double),
        seed: UInt64, keeping kept: (Int, Int, Int) -> Bool = { _, _, _ in true }
    ) -> [[[Double]]] {
        var generator = SplitMix64(seed: seed)
        return (0..<launches).map { launch in
            let ofLaunch = deviations.launch * NormalDistribution.draw(using: &generator)
            return (0..<rounds).map { round in
                let ofRound = deviations.round * NormalDistribution.draw(using: &generator)
                let values = (0..<samples).map { _ in
                    5 + ofLaunch + ofRound + deviations.sample * NormalDistribution.draw(using: &generator)
                }
                return values.enumerated().filter { kept(launch, round, $0.offset) }.map(\.element)
            }
        }
    }

    /// Two launches of two rounds of two samples, worked out by hand: means 1.5, 3.5 | 6.5, 8.5; launches 2.5, 7.5.
    @Test func isTheAnalysisOfVarianceByHand() throws {
        let components = try #require(VarianceComponents([[[1, 2], [3, 4]], [[6, 7], [8, 9]]]))
        // Mean squares: samples 4 · 0.5/4 = 0.5; rounds 2·(1+1)+2·(1+1) = 8, by 2 degrees: 4; launches 4·2·6.25 = 50.
        #expect(abs(try #require(components.sample) - 0.5) < 1e-12)
        #expect(abs(components.round - (4 - 0.5) / 2) < 1e-12)
        #expect(abs(components.launch - (50 - 4) / 4.0) < 1e-12)
        #expect(abs(components.total - (0.5 + 1.75 + 11.5)) < 1e-12)
    }

    /// The mean of many estimates is what was planted: no bias, even where rounds lose samples.
    @Test(arguments: [false, true]) func findsWhatWasPlanted(unbalanced: Bool) throws {
        let deviations = (launch: 0.03, round: 0.02, sample: 0.01)
        let all = (0..<400).compactMap { seed in
            VarianceComponents(
                planted(launches: 6, rounds: 10, samples: 2, deviations: deviations, seed: UInt64(seed)) {
                    launch, round, sample in
                    !unbalanced || (launch * 7 + round * 3 + sample * 5) % 4 != 0
                })
        }
        #expect(all.count == 400)
        func mean(_ part: (VarianceComponents) -> Double) -> Double { all.map(part).reduce(0, +) / Double(all.count) }
        #expect(abs(mean(\.launch) / 0.0009 - 1) < 0.1)
        #expect(abs(mean(\.round) / 0.0004 - 1) < 0.05)
        #expect(abs(mean { $0.sample ?? .nan } / 0.0001 - 1) < 0.05)
    }

    @Test func whatDoesNotVaryIsNearZero() throws {
        let all = (0..<100).compactMap { seed in
            VarianceComponents(
                planted(
                    launches: 10, rounds: 20, samples: 2, deviations: (launch: 0, round: 0, sample: 0.02),
                    seed: UInt64(1000 + seed)))?.shares
        }
        #expect(all.map(\.launch).reduce(0, +) / Double(all.count) < 0.02)
        #expect(all.map(\.round).reduce(0, +) / Double(all.count) < 0.05)
        #expect(all.allSatisfy { abs($0.launch + $0.round + ($0.sample ?? 0) - 1) < 1e-12 })
    }

    /// With one sample a round, the round's variance holds both.
    @Test func singleSamplesLeaveRoundsAndSamplesTogether() throws {
        let values = planted(
            launches: 40, rounds: 30, samples: 1, deviations: (launch: 0.01, round: 0.03, sample: 0.04), seed: 3)
        let components = try #require(VarianceComponents(values))
        #expect(components.sample == nil)
        #expect(abs(components.round.squareRoot() / 0.05 - 1) < 0.05)
    }

    @Test func needsTwoLaunchesAndTwoRounds() {
        #expect(VarianceComponents([[[1, 2], [3, 4]]]) == nil)
        #expect(VarianceComponents([[[1, 2]], [[3, 4]]]) == nil)
        #expect(VarianceComponents([[[1, 2]], [], [[]]]) == nil)
        #expect(VarianceComponents([[[1], [1]], [[1], [1]]])?.shares == nil)
    }
}
