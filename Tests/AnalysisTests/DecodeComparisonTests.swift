import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Reporting

/// What decoding is compared with: prompts, recomputing, other formats.
@Suite struct DecodeComparisonTests {
    private static func analysis(_ planted: [(Planted, [Int])]) -> ScalingAnalysis {
        var generator = SplitMix64(seed: 5)
        return Planted.analysis(planted.flatMap { $0.0.measurements($0.1, using: &generator) })
    }

    private static func step(
        _ kernel: String, _ mask: Mask, _ time: Double, format: CacheFormats? = nil, waste: Double = 1
    ) -> Planted {
        Planted(
            kernel: kernel, mask: mask, law: { _ in time }, waste: { _ in waste }, headDimension: 128,
            heads: (query: 32, keyValue: 8), queryLength: 1, cacheFormat: format)
    }

    @Test func aTokenReadIsSetBesideATokenWritten() throws {
        // A prompt of n takes 2 ns a pair, a step 100 ns a pair: n(n+1)/2 · 2 / n = n + 1 a token, against 100 n.
        let prompt = Planted(law: { 2 * $0 }, roundNoise: 0.001)
        let step = Planted(kernel: "decode-full", law: { 100 * $0 }, roundNoise: 0.001, queryLength: 1)
        let analysis = Self.analysis([
            (prompt, [512, 724, 1024, 1448, 2048]), (step, [512, 1024, 4096]),
            (Planted(kernel: "full-blas", law: { 9 * $0 }), [512]),
        ])
        let cost = try #require(analysis.found(TokenCosts.self).first)
        #expect(analysis.found(TokenCosts.self).count == 1)
        #expect(cost.prefill == "full" && cost.decode == "decode-full")
        #expect(cost.rows.map(\.length) == [512, 1024, 4096])
        #expect(cost.rows.map(\.inputBasis) == [.measured, .measured, .extrapolated])
        for row in cost.rows {
            #expect(abs(row.input.value / Double(row.length + 1) - 1) < 0.02)
            #expect(abs(row.output.value / Double(100 * row.length) - 1) < 0.01)
            #expect(abs(row.ratio.value / 100 - 1) < 0.02 && row.ratio.low < row.ratio.value)
        }
    }

    @Test func otherHeadsAreNotCompared() {
        let prompt = Planted(headDimension: 128)
        let step = Planted(kernel: "decode-full", queryLength: 1)
        #expect(Self.analysis([(prompt, [512, 1024]), (step, [512, 1024])]).found(TokenCosts.self).isEmpty)
    }

    @Test func recomputingIsSetBesideKeeping() throws {
        let lengths = [8192, 16_384]
        let analysis = Self.analysis([
            (Self.step("decode-full", .causal, 900_000), lengths),
            (Self.step("decode-window", .slidingWindow(256), 10_000), lengths),
            (Self.step("decode-window", .slidingWindow(512), 20_000), lengths),
            (Self.step("decode-sink", .attentionSink(sinks: 4, window: 256), 11_000), lengths),
            (Self.step("decode-sink", .attentionSink(sinks: 4, window: 512), 21_000), lengths),
            (Self.step("decode-recompute", .slidingWindow(256), 110_000, waste: 128), lengths),
            (Self.step("decode-recompute", .slidingWindow(512), 420_000, waste: 256), [8192]),
        ])
        let streaming = try #require(analysis.found(StreamingCosts.self).first)
        #expect(streaming.length == 8192, "the longest at which all were measured")
        #expect(streaming.rows.map(\.window) == [256, 512])
        #expect(streaming.rows.map { ($0.ratio.value * 10).rounded() / 10 } == [10, 20])
        #expect(streaming.rows.allSatisfy { $0.sinks == 4 && $0.windowAlone != nil })
        #expect(abs(try #require(streaming.full).value / 900_000 - 1) < 0.01)
        #expect(streaming.series.count == 5)
    }

    /// Whatever its kernel is called. A short cache is read in whole tiles, which is no recomputing.
    @Test func recomputingIsToldByThePairs() {
        let analysis = Self.analysis([
            (Self.step("acme/anew", .slidingWindow(256), 110_000, waste: 128), [8192]),
            (Self.step("acme/window", .slidingWindow(8), 10_000, waste: 16), [8192]),
            (Planted(kernel: "chunked-overlap", mask: .slidingWindow(256), waste: { _ in 200 }), [8192]),
        ])
        #expect(analysis.series.filter(\.recomputes).map(\.kernel) == ["acme/anew"])
    }

    @Test func withoutRecomputingThereIsNoComparison() {
        let analysis = Self.analysis([
            (Self.step("decode-window", .slidingWindow(256), 10_000), [8192]),
            (Self.step("decode-sink", .attentionSink(sinks: 4, window: 256), 11_000), [8192]),
        ])
        #expect(analysis.found(StreamingCosts.self).isEmpty)
    }

    @Test func formatsAreSetBesideTheWidest() throws {
        let analysis = Self.analysis([
            (Self.step("decode-full", .causal, 40_000, format: CacheFormats(.q4_0)), [4096, 8192]),
            (Self.step("decode-full", .causal, 100_000), [4096, 8192]),
            (Self.step("decode-full", .causal, 50_000, format: CacheFormats(.bfloat16)), [4096]),
        ])
        let cost = try #require(analysis.found(CacheFormatCosts.self).first)
        #expect(cost.kernel == "decode-full" && cost.length == 4096)
        #expect(cost.rows.map { "\($0.format)" } == ["float32", "bfloat16", "q4_0"])
        #expect(cost.rows.map(\.bitsPerElement) == [32, 16, 4.5])
        #expect(cost.rows.map { ($0.timeRatio.value * 100).rounded() } == [100, 50, 40])
        #expect(abs(cost.rows[2].bytesRatio - 4.5 / 32) < 0.001)
        #expect(
            Self.analysis([(Self.step("decode-full", .causal, 100_000), [4096])]).found(CacheFormatCosts.self).isEmpty)
    }
}
