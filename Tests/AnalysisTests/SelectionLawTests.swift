import Attention
import Foundation
import Statistics
import TestSupport
import Testing

@testable import Analysis

/// The two costs of selected blocks, from times of which they are known.
@Suite struct SelectionLawTests {
    private static let lengths = Planted.halfOctaves(from: 1024, count: 13)

    /// Times of so many nanoseconds a product, beside half a nanosecond a pair.
    private static func laws(score: Double, noise: Double = 0.002, seed: UInt64 = 1) throws -> [SelectionLaw] {
        let selection = try BlockSelection(blocks: 8, blockLength: 128)
        var planted = Planted(kernel: "top-k-blocks", law: { $0 }, launchNoise: noise)
        planted.selection = selection
        planted.headDimension = 128
        planted.followsComputed = true
        planted.waste = { length in
            let pairs = PairCount(mask: .causal, queryLength: length, keyLength: length, selection: selection)
            return (score * Double(pairs.blockScores) + 0.5 * Double(pairs.allowed))
                / (Double(pairs.allowed) + Double(pairs.blockScores) / 2)
        }
        var generator = SplitMix64(seed: seed)
        return SelectionLaw.all(among: Planted.analysis(planted.measurements(lengths, using: &generator)).measured)
    }

    @Test(arguments: [0.25, 0.5, 0.1]) func findsBothCosts(score: Double) throws {
        let law = try #require(try Self.laws(score: score).first)
        #expect(law.series == "top-k-blocks(8×128)")
        #expect(abs(law.pairNanoseconds.value / 0.5 - 1) < 0.01)
        #expect(abs(law.scoreNanoseconds.value / score - 1) < 0.1)
        #expect(law.verdict == .matches)
        #expect(law.longest == 65536)
        let pairs = PairCount(
            mask: .causal, queryLength: 65536, keyLength: 65536,
            selection: try BlockSelection(blocks: 8, blockLength: 128))
        let share = score * Double(pairs.blockScores)
        #expect(abs(law.choiceShare.value - share / (share + 0.5 * Double(pairs.allowed))) < 0.02)
        // Products grow with n² / 2B and pairs with n·k·B, less half a block: equal at n = 2·B·(k − ½)·B · (cost of a pair / of a product).
        let expected = 2 * 128 * 7.5 * 128 * 0.5 / score
        let overtaking = try #require(law.overtaking)
        #expect(abs(overtaking.value / expected - 1) < 0.1)
        #expect(overtaking.low <= overtaking.value && overtaking.value <= overtaking.high)
        #expect(abs(Double(law.overtakingByCounts) / (2 * 128 * 7.5 * 128 * 2) - 1) < 0.02)
    }

    /// Half a pair each: what counts say is what times say, within the interval nearly always.
    @Test func theIntervalHoldsTheTruth() throws {
        let truth = try #require(try Self.laws(score: 0.25, noise: 0).first).overtakingByCounts
        let held = try (1...20).count { seed in
            guard let found = try Self.laws(score: 0.25, noise: 0.004, seed: UInt64(seed)).first?.overtaking else {
                return false
            }
            return found.low <= Double(truth) && Double(truth) <= found.high
        }
        #expect(held >= 15)
    }

    @Test func productsThatCostNothingNeverOvertake() throws {
        let law = try #require(try Self.laws(score: 0, noise: 0).first)
        #expect(law.scoreNanoseconds.value < 0.002)
    }

    @Test func otherSeriesHaveNoSuchLaw() throws {
        var generator = SplitMix64(seed: 2)
        let full = Planted().measurements(Self.lengths, using: &generator)
        #expect(SelectionLaw.all(among: Planted.analysis(full).measured).isEmpty)
        var short = Planted(kernel: "top-k-blocks")
        short.selection = try BlockSelection(blocks: 8, blockLength: 128)
        let measured = short.measurements([256, 512, 1024, 2048], using: &generator)
        #expect(SelectionLaw.all(among: Planted.analysis(measured).measured).isEmpty)
    }

    /// Against full attention of the same shape, as a window is.
    @Test func aCrossoverIsFound() throws {
        var generator = SplitMix64(seed: 3)
        var blocks = Planted(kernel: "top-k-blocks", law: { $0 })
        blocks.selection = try BlockSelection(blocks: 8, blockLength: 128)
        let measurements =
            Planted(law: { 0.5 * $0 }).measurements(Self.lengths, using: &generator)
            + blocks.measurements(Self.lengths, using: &generator)
        let crossovers = Crossover.all(among: Planted.analysis(measurements).measured)
        #expect(crossovers.count == 1)
        guard case .at(let tokens, bracketed: true) = crossovers[0].place else {
            Issue.record("no crossing: \(crossovers[0])")
            return
        }
        let parameters = try #require(
            Planted.analysis(measurements).measured.map(\.parameters).first { $0.selection != nil })
        let truth = (1024...8192).first {
            0.5 * parameters.fullAttention.usefulPairs(length: $0) >= parameters.usefulPairs(length: $0)
        }
        #expect(abs(tokens.value / Double(try #require(truth)) - 1) < 0.02)
        #expect(crossovers[0].faster == "top-k-blocks(8×128)")
    }
}
