import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis

@Suite struct CacheRegimesTests {
    private let lengths = Planted.halfOctaves(from: 256, count: 13)

    private func change(_ planted: Planted, seed: UInt64) throws -> RegimeChange? {
        var generator = SplitMix64(seed: seed)
        return try #require(Planted.analysis(planted.measurements(lengths, using: &generator)).series.first)
            .regimeChange
    }

    /// K and V of one float32 head at d=64 fill the second cache, 1 MiB, at 2048 tokens.
    private func stepped(_ factor: Double, noise: Double) -> Planted {
        let edge = Double(PairCount(mask: .causal, length: 2048).allowed)
        return Planted(law: { (20_000 + 0.5 * $0) * ($0 > edge ? factor : 1) }, launchNoise: noise)
    }

    @Test func aPlantedStepIsFoundAndNamed() throws {
        var covered = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            let change = try #require(try change(stepped(1.1, noise: 0.01), seed: seed))
            #expect(change.fromLength == 2048 && change.toLength == 2896)
            #expect(change.cacheLevel == 2 && change.probability <= 0.01)
            covered += change.costRatio.contains(1.1) ? 1 : 0
        }
        // The break was chosen where the step looks largest, so the interval covers a little less than it says.
        #expect(covered >= 16)
    }

    /// The law on either side of a step, where it has lengths enough for a verdict, whatever the whole does.
    @Test func eitherSideHasItsVerdict() throws {
        let both = try #require(try change(stepped(1.1, noise: 0.001), seed: 1))
        #expect(both.verdictBefore == .matches && both.verdictAfter == .matches)
        let edge = Double(PairCount(mask: .causal, length: 2048).allowed)
        let bent = Planted(
            law: { $0 > edge ? 0.75 * edge * pow($0 / edge, 1.1) : 20_000 + 0.5 * $0 }, launchNoise: 0.001)
        #expect(try change(bent, seed: 1)?.verdictAfter == .deviates)
        let early = Double(PairCount(mask: .causal, length: 724).allowed)
        let few = Planted(law: { (2000 + 0.5 * $0) * ($0 > early ? 1.3 : 1) }, launchNoise: 0.001)
        let side = try #require(try change(few, seed: 1))
        #expect(side.fromLength == 724 && side.verdictBefore == nil && side.verdictAfter == .matches)
    }

    @Test func aStepDownHasNoCache() throws {
        let change = try #require(try change(stepped(0.85, noise: 0.01), seed: 3))
        #expect(change.cacheLevel == nil && change.costRatio.high < 1)
    }

    @Test func noStepIsRarelySeenWhereThereIsNone() throws {
        let alarms = try (1...200 as ClosedRange<UInt64>).count {
            try change(Planted(launchNoise: 0.01), seed: $0) != nil
        }
        // One in a hundred; P(more than 7 of 200) is 1 in 1000.
        #expect(alarms <= 7)
    }

    @Test func anExponentIsNoStep() throws {
        let planted = Planted(law: { 20_000 + 0.2 * pow($0, 1.05) }, launchNoise: 0.005)
        let seen = try (1...20 as ClosedRange<UInt64>).count { try change(planted, seed: $0) != nil }
        #expect(seen <= 2)
    }

    @Test func fewLengthsShowNoRegimes() throws {
        var generator = SplitMix64(seed: 1)
        let measurements = stepped(1.5, noise: 0.001).measurements([512, 1024, 2048, 4096, 8192], using: &generator)
        #expect(try #require(Planted.analysis(measurements).series.first).regimeChange == nil)
    }
}
