import Testing

@testable import Serving

@Suite struct ParallelismTests {
    @Test func passingKeysRoundHidesBehindAttention() throws {
        let h100 = try accelerator("h100-sxm")
        let multiHead = try model("llama-2-7b")
        let nvlink = try #require(
            Parallelism.ring.tokensToHide(
                multiHead, flopsPerSecond: h100.flopsPerSecond, bytesPerSecond: h100.link.oneWayBytesPerSecond))
        #expect(rounded(nvlink, 0) == "2199")
        let infiniBand = try #require(
            Parallelism.ring.tokensToHide(multiHead, flopsPerSecond: h100.flopsPerSecond, bytesPerSecond: 50e9))
        #expect(rounded(infiniBand, 0) == "19788")
        let grouped = try #require(
            Parallelism.ring.tokensToHide(
                try model("llama-3.1-70b"), flopsPerSecond: h100.flopsPerSecond, bytesPerSecond: 450e9))
        #expect(abs(grouped - nvlink / 8) < 1)
    }

    @Test func headsLimitTensorAndUlysses() throws {
        let llama = try model("llama-3.1-70b")
        #expect(Parallelism.tensor.limit(of: llama) == 8)
        #expect(Parallelism.ulysses.limit(of: llama) == 8)
        #expect(Parallelism.pipeline.limit(of: llama) == 80)
        #expect(Parallelism.ring.limit(of: llama) == nil)
        #expect(Parallelism.tensor.limit(of: try model("deepseek-v3")) == 1)
        #expect(Parallelism.ulysses.limit(of: try model("deepseek-v3")) == 128)
    }

    /// Hidden 8192, 8 key/value heads and 64 query heads of 128, 80 layers; 16-bit activations; eight accelerators.
    @Test(arguments: [
        (Parallelism.tensor, 57_344.0),  // two all-reduces, each 2 · 7/8 of 8192 elements
        (.pipeline, 1433.6),  // 7 borders in 80 layers
        (.ring, 3584),  // 7/8 of 2048 elements
        (.ulysses, 4032),  // 7/8 of an eighth of 2 · (64 + 8) · 128 elements
    ])
    func bytesMoved(way: Parallelism, bytes: Double) throws {
        #expect(abs(way.prefillBytesPerLayerAndToken(try model("llama-3.1-70b"), count: 8) - bytes) < 1e-6)
    }

    @Test(arguments: [(2, 0.75), (8, 0.5625)])
    func consecutiveTokensLeaveRanksIdle(count: Int, efficiency: Double) {
        #expect(Parallelism.naiveCausalRingEfficiency(count: count) == efficiency)
    }
}
