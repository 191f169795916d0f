import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis

@Suite struct LocalExponentTests {
    @Test func aWindowRunsFromTwoToOne() throws {
        var generator = SplitMix64(seed: 31)
        let planted = Planted(mask: .slidingWindow(1024), law: { 0.5 * $0 }, roundNoise: 0.0005)
        let lengths = (0..<9).map { 256 << $0 }
        let series = try #require(Planted.analysis(planted.measurements(lengths, using: &generator)).series.first)
        let local = series.localExponents
        #expect(local.map(\.fromLength) == Array(lengths.dropLast()))
        #expect(abs(local[0].theory - 2) < 0.01 && abs(local[7].theory - 1) < 0.02)
        // Doubling from the window: log2(1.5 · w² / (w²/2)) = 1.585, by the closed form.
        #expect(abs(local[2].theory - 1.585) < 0.001)
        for one in local { #expect(abs(one.measured.value - one.theory) < 0.005) }
        #expect(zip(local.dropFirst(), local.dropFirst(2)).allSatisfy { $0.theory > $1.theory })
    }

    @Test func intervalsCoverTheTheory() throws {
        var generator = SplitMix64(seed: 32)
        var (covered, all) = (0, 0)
        for _ in 0..<60 {
            let planted = Planted(law: { 0.5 * $0 }, roundNoise: 0.02, rounds: 15)
            let measurements = planted.measurements([1024, 2048, 4096, 8192, 16384], using: &generator)
            for one in try #require(Planted.analysis(measurements).series.first).localExponents {
                covered += one.measured.contains(one.theory) ? 1 : 0
                all += 1
            }
        }
        // Order statistics make the points' intervals a little wide or narrow by chance, so the bound is loose below.
        #expect(all == 240 && Double(covered) / Double(all) > 0.88)
    }
}
