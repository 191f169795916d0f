import Attention
import Foundation
import Testing

@testable import Analysis

@Suite struct CandidateTests {
    private func candidates(_ planted: Planted) throws -> [Candidate] {
        var generator = SplitMix64(seed: 41)
        let lengths = Planted.halfOctaves(from: 512, count: 11)
        return try #require(Planted.analysis(planted.measurements(lengths, using: &generator)).series.first).candidates
    }

    @Test func aWindowIsToldFromEveryTextbookForm() throws {
        let ranked = try candidates(Planted(mask: .slidingWindow(1024), roundNoise: 0.005))
        // Nothing was wasted, so the computed pairs are no other function.
        #expect(ranked[0].name == "pairs" && ranked[0].deltaAICc == 0)
        #expect(Set(ranked.dropFirst().map(\.name)) == ["n", "n log n", "n·w", "n²"])
        #expect(ranked.dropFirst().allSatisfy { $0.deltaAICc > 10 && !$0.indistinguishable })
        #expect(abs(ranked.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
    }

    @Test func fullAttentionCannotBeToldFromTheTextbook() throws {
        let ranked = try candidates(Planted(roundNoise: 0.005))
        #expect(ranked.filter(\.indistinguishable).map(\.name).contains("n²"))
        #expect(!ranked.contains { $0.name == "n·w" })
        #expect(try #require(ranked.first { $0.name == "n log n" }).deltaAICc > 10)
    }

    @Test func aKernelThatComputesEverythingIsFoundOut() throws {
        // A dense kernel with a window's mask: the time is quadratic.
        let planted = Planted(
            kernel: "sliding-window-dense", mask: .slidingWindow(1024), followsComputed: true,
            waste: { length in
                Double(length * length) / Double(PairCount(mask: .slidingWindow(1024), length: length).allowed)
            }, roundNoise: 0.005)
        let ranked = try candidates(planted)
        #expect(Set(ranked.prefix(2).map(\.name)) == ["computed pairs", "n²"])
        #expect(try #require(ranked.first { $0.name == "pairs" }).deltaAICc > 10)
    }
}
