import Attention
import Testing

@testable import Serving

@Suite struct StepCostTests {
    /// Causal prefill: n* with the model's own masks and with all layers full, thousands of tokens; share at 131,072.
    @Test(arguments: [
        ("llama-2-7b", 49.0, 49.0, 0.73), ("llama-3.1-8b", 53, 53, 0.71), ("llama-3.1-70b", 104, 104, 0.56),
        ("llama-3.1-405b", 195, 195, 0.40), ("mixtral-8x7b", 96, 96, 0.58), ("gemma-2-9b", 89, 48, 0.59),
        ("gemma-2-27b", 268, 138, 0.34), ("gemma-3-4b", 301, 46, 0.31), ("gemma-3-12b", 318, 55, 0.30),
        ("gemma-3-27b", 614, 101, 0.19), ("gpt-oss-20b", 61, 31, 0.68), ("gpt-oss-120b", 61, 31, 0.68),
        ("qwen2.5-7b", 65, 65, 0.67), ("qwen3-8b", 47, 47, 0.74), ("qwen3-32b", 60, 60, 0.69),
        ("deepseek-v3", 28.6, 28.6, 0.82), ("phi-3-mini-128k", 37, 37, 0.78), ("llama-4-scout", 221, 61, 0.39),
        ("llama-4-maverick", 221, 61, 0.39),
    ])
    func attentionOvertakes(id: String, own: Double, full: Double, share: Double) throws {
        let model = try model(id)
        let overtakes = try #require(AttentionShare(model).overtakes)
        #expect(abs(Double(overtakes) / 1000 - own) < 0.6, "\(overtakes)")
        let overtakesFull = try #require(AttentionShare(model.withAllLayersFull).overtakes)
        #expect(abs(Double(overtakesFull) / 1000 - full) < 0.6, "\(overtakesFull)")
        #expect(abs(AttentionShare(model).share(tokens: 131_072) - share) < 0.006)
        #expect(AttentionShare(model).share(tokens: overtakes) >= 0.5)
        #expect(AttentionShare(model).share(tokens: overtakes - 1) < 0.5)
    }

    @Test func windowsKeepAttentionBelowForEver() throws {
        let mistral = try model("mistral-7b-v0.1")
        #expect(AttentionShare(mistral).overtakes == nil)
        #expect(rounded(AttentionShare(mistral).share(tokens: 131_072), 2) == "0.13")
    }

    /// Context at which one sequence's cache is read like the active weights, bfloat16, thousands of tokens.
    @Test(arguments: [
        ("llama-2-7b", 25.0), ("llama-3.1-8b", 115), ("llama-3.1-70b", 424), ("llama-3.1-405b", 1565),
        ("mixtral-8x7b", 195), ("gemma-2-9b", 103), ("gpt-oss-20b", 293), ("gpt-oss-120b", 278),
        ("qwen2.5-7b", 247), ("qwen3-8b", 103), ("qwen3-32b", 244), ("deepseek-v3", 1042), ("phi-3-mini-128k", 19),
        ("llama-4-scout", 632),
    ])
    func cacheOutweighsWeights(id: String, thousands: Double) throws {
        let model = try model(id).storing(weights: WeightStorage(.bf16))
        let context = try #require(Decode.contextWhereCacheOutweighsWeights(KVCache(model, type: .bf16)))
        #expect(abs(Double(context) / 1000 - thousands) < 0.6, "\(context)")
    }

    @Test func scoutReadsTenMillionTokens() throws {
        let scout = try model("llama-4-scout")
        let prefill = Prefill(scout, tokens: 10_000_000)
        #expect(rounded(prefill.flops / 1e16, 0) == "1264")
        #expect(prefill.parts.map(\.subject) == [.linear, .attention(.causal), .attention(.chunkedLocal(8192))])
        #expect(rounded(prefill.parts[0].flops / 1e17, 1) == "3.2")
        #expect(rounded(prefill.parts[1].flops / 1e19, 3) == "1.229")
        #expect(rounded(prefill.parts[2].flops / 1e16, 1) == "3.0")
        #expect(rounded(Prefill(scout.withAllLayersFull, tokens: 10_000_000).flops / 1e19, 1) == "4.9")

        let peakDecode = Deployment.Utilization(compute: 0.5, bandwidth: 1)
        let h200 = Deployment(
            try accelerator("h200-sxm"), count: 8, utilization: peakDecode, dollarsPerAcceleratorHour: 47.0 / 8)
        #expect(rounded(prefill.seconds(on: h200) / 60, 0) == "53")
        #expect(rounded(try #require(prefill.dollars(on: h200)), 1) == "41.7")
        #expect(rounded(try #require(prefill.dollarsPerMillionTokens(on: h200)), 2) == "4.17")
        #expect(prefill.bound(on: h200) == .compute)
        let decode = Decode(KVCache(scout, type: .bf16), context: 10_000_000)
        #expect(rounded(decode.secondsPerStep(on: h200) * 1e3, 1) == "13.7")
        #expect(rounded(decode.tokensPerSecond(on: h200), 0) == "73")
        #expect(rounded(try #require(decode.dollarsPerMillionTokens(on: h200)), 0) == "178")
        #expect(decode.bound(on: h200) == .bandwidth)

        let h100 = Deployment(
            try accelerator("h100-sxm"), count: 32, utilization: peakDecode, dollarsPerAcceleratorHour: 115.0 / 32)
        #expect(rounded(prefill.seconds(on: h100) / 60, 0) == "13")
        #expect(rounded(try #require(prefill.dollars(on: h100)), 1) == "25.5")
        #expect(rounded(decode.secondsPerStep(on: h100) * 1e3, 1) == "4.9")
        #expect(rounded(try #require(decode.dollarsPerMillionTokens(on: h100)), 0) == "156")
    }

    private static func eightH100() throws -> Deployment {
        Deployment(try accelerator("h100-sxm"), count: 8, dollarsPerAcceleratorHour: 3.5)
    }

    @Test func inputPriceRisesSlowly() throws {
        let model = try model("llama-3.1-70b")
        let deployment = try Self.eightH100()
        func price(_ tokens: Int) throws -> Double {
            try #require(Prefill(model, tokens: tokens).dollarsPerMillionTokens(on: deployment))
        }
        #expect(rounded(try price(1024), 2) == "0.28")
        #expect(rounded(try price(32_768), 2) == "0.36")
        #expect(rounded(try price(128_000), 2) == "0.60")
        #expect(rounded(try price(131_072) / price(1024), 1) == "2.2")
    }

    /// $ per million output tokens at 8,192 tokens of context. The input embedding is looked up, not read, which
    /// takes 1.5 % off the figure with all weights at batch 1.
    @Test(arguments: [(1, "58.74"), (8, "8.32"), (32, "2.91"), (128, "1.56")])
    func outputPriceFallsWithTheBatch(batch: Int, dollars: String) throws {
        let decode = Decode(KVCache(try model("llama-3.1-70b"), type: .bf16), context: 8192, batch: batch)
        let price = try #require(decode.dollarsPerMillionTokens(on: try Self.eightH100()))
        #expect(rounded(price, 2) == dollars)
    }

    @Test func windowLayersOfGPTOSSAreBandwidthBoundEvenInPrefill() throws {
        let prefill = Prefill(try model("gpt-oss-120b"), tokens: 131_072)
        let deployment = Deployment(try accelerator("h100-sxm"), count: 8, utilization: .peak)
        let window = try #require(prefill.parts.first { $0.subject == .attention(.slidingWindow(128)) })
        #expect(abs(window.intensity - 113.8) < 0.2)
        #expect(window.bound(on: deployment) == .bandwidth)
        #expect(prefill.parts[1].bound(on: deployment) == .compute)
    }

    @Test func latentDecodeStandsNearTheRidge() throws {
        let model = try model("deepseek-v3")
        let perPair = Double(model.attention.decodeFLOPsPerPair)
        let bytesPerPair = Double(model.attention.cachedElementsPerToken) * 2
        #expect(rounded(perPair / bytesPerPair, 1) == "241.8")
        #expect(model.attention.prefillFLOPsPerPair == 81_920)
    }

    @Test func aCachedPrefixLeavesTheRestOfThePairs() throws {
        let model = try model("gemma-3-12b")
        let whole = Prefill(model, tokens: 10_000)
        let first = Prefill(model, tokens: 7_000)
        let second = Prefill(model, tokens: 3_000, cached: 7_000)
        #expect(abs((first.flops + second.flops) / whole.flops - 1) < 1e-12)
    }

    @Test func aBatchWakesExperts() throws {
        let experts = FeedForward.Experts(count: 8, active: 2, shared: 0, width: 14336)
        #expect(abs(experts.awake(tokens: 1) - 2) < 1e-12)
        #expect(abs(experts.awake(tokens: 2) - 3.5) < 1e-12)
        #expect(abs(experts.awake(tokens: 1000) - 8) < 1e-9)
    }
}
