import Attention
import Foundation
import Testing

@testable import Serving

/// What practitioners ask beside bytes and times: shards, engines' pages, concurrency, traffic.
@Suite struct ServingAnswersTests {
    /// vLLM on one A100 40 GB with Llama 3.1 8B: "Available KV cache memory: 19.92 GiB", "163,168 tokens".
    @Test func concurrencyIsWhatAnEngineLogs() throws {
        let deployment = Deployment(try accelerator("a100-40-sxm"), count: 1)
        let concurrency = Concurrency(
            ServingPlan(KVCache(try model("llama-3.1-8b")), context: 8192, on: .init(deployment, count: 1)))
        #expect(abs(concurrency.cacheBytes / Double(1 << 30) / 19.92 - 1) < 0.01)
        #expect(abs(Double(concurrency.tokens) / 163_168 - 1) < 0.01)
        #expect(abs(concurrency.sequences * 8192 / Double(concurrency.tokens) - 1) < 1e-4)
    }

    /// Eight key/value heads over 1, 8, 6 and 16 accelerators; a latent vector is copied to each.
    @Test(arguments: [
        ("llama-3.1-70b", 1, 1.0), ("llama-3.1-70b", 8, 1), ("llama-3.1-70b", 6, 6 * 2 / 8.0),
        ("llama-3.1-70b", 16, 2), ("deepseek-v3", 8, 8),
    ])
    func aHeadIsNeverCut(id: String, count: Int, copies: Double) throws {
        let cache = KVCache(try model(id), type: .bf16)
        let shard = TensorShard(cache, tokens: 4096, count: count)
        #expect(abs(shard.copies - copies) < 1e-12)
        #expect(shard.dividesQueryHeads == cache.model.attention.queryHeads.isMultiple(of: count))
    }

    /// Gemma 3: window 1,024 of each family of engines at 128K, and the full layers in pages.
    @Test(arguments: [("exact", 1024), ("vllm", 1024 + 2048), ("llama.cpp", 1536)])
    func windowsGetRoomForAStep(engine: String, tokens: Int) throws {
        let allocation = try #require(CacheAllocation.all.first { $0.name == engine })
        #expect(allocation.tokens(for: .slidingWindow(1024), context: 131_072) == tokens)
        let full = allocation.tokens(for: .causal, context: 1000)
        #expect(full.isMultiple(of: allocation.pageTokens) && full >= 1000 && full < 1000 + allocation.pageTokens)
        #expect(allocation.tokens(for: .slidingWindow(1024), context: 100) < 100 + allocation.pageTokens)
    }

    /// Llama 3.1 70B on eight H100: two all-reduces of 8,192 elements, each 2 · 7/8 of 16 bits, 80 layers, 450 GB/s.
    @Test func sendingIsAddedToTheTimes() throws {
        let plan = ServingPlan(
            KVCache(try model("llama-3.1-70b")), context: 4096,
            on: .init(Deployment(try accelerator("h100-sxm"), count: 8), count: 8))
        let perToken = 80.0 * 2 * 2 * 7 / 8 * 8192 * 2 / 450e9
        #expect(abs(plan.traffic.secondsPerToken / perToken - 1) < 1e-12)
        let computing = plan.prefill.seconds(on: plan.deployment)
        #expect(abs(plan.secondsToFirstToken - computing - 4096 * perToken) < 1e-9)
        let alone = ServingPlan(
            KVCache(try model("llama-3.1-8b")), context: 4096,
            on: .init(Deployment(try accelerator("h100-sxm"), count: 1), count: 1))
        #expect(alone.traffic.secondsPerToken == 0)
    }

    @Test func aModelByHand() throws {
        var byHand = ModelByHand(layers: 32, keyValueHeads: 8, headDimension: 128)
        let assumed = try byHand.model(context: 8192)
        #expect(KVCache(assumed, type: .bf16).bytesPerToken == 131_072)
        #expect(assumed.cautions.count == 1)
        (byHand.queryHeads, byHand.hidden, byHand.feedForward, byHand.vocabulary) = (32, 4096, 14_336, 128_256)
        let given = try byHand.model(context: 8192)
        #expect(given.parameterCount == (try model("llama-3.1-8b")).parameterCount)
        #expect(given.cautions.isEmpty)
        byHand.keyValueHeads = 5
        #expect(throws: ConfigurationError.self) { try byHand.model(context: 8192) }
    }

    @Test func aSelectionReadsNoMoreThanItsKeys() throws {
        let selection = KeySelection(keys: 2048, heads: 64, headDimension: 128)
        let latent = AttentionDimensions.Latent(
            queryHeads: 128, queryRank: 1536, keyValueRank: 512, unrotatedDimension: 128, rotatedDimension: 64,
            valueDimension: 128)
        let layer = AttentionLayer(.latent(latent), mask: .causal, selection: selection)
        #expect(selection.cachedBytesPerToken == 132)
        let perKey = Double(layer.dimensions.decodeFLOPsPerPair)
        #expect(layer.decodeFLOPs(context: 1000) == 1000 * perKey + 1000 * 2 * 64 * 128)
        #expect(layer.decodeFLOPs(context: 100_000) == 2048 * perKey + 100_000 * 2 * 64 * 128)
    }

    @Test(arguments: [("2025-04", true), ("2026-05", false), ("2025", false), ("2024", true), ("2025-11-02", false)])
    func figuresGrowOld(date: String, isOld: Bool) throws {
        let date = try #require(CatalogueDate(date))
        #expect(date.isOlderThanAYear(on: CatalogueDate(Date(timeIntervalSince1970: 1_795_000_000))) == isOld)
    }

    @Test(arguments: ["spring", "2026-13", "26", "2026-5", ""]) func whatIsNoDateIsRefused(text: String) {
        #expect(CatalogueDate(text) == nil)
        #expect(throws: PriceError.self) {
            try PriceList(yaml: "[{accelerator: h100-sxm, dollarsPerHour: 2, date: \"\(text)\"}]", from: "prices.yaml")
        }
    }

    /// Every accelerator and every price says when and where it was read.
    @Test func theCatalogueIsDated() {
        #expect(AcceleratorCatalogue.shipped.accelerators.allSatisfy { !$0.sources.isEmpty && $0.date.month != nil })
        #expect(PriceList.shipped.prices.allSatisfy { $0.source != "not stated" && $0.date.year >= 2025 })
    }
}
