import Attention
import Testing

@testable import Serving

@Suite struct KVCacheTests {
    @Test(arguments: [
        ("fp32", 32), ("bf16", 16), ("fp8", 8), ("int8", 8.25), ("q8_0", 8.5), ("q5_1", 6), ("q4_0", 4.5),
        ("mxfp4", 4.25), ("nvfp4", 4.5), ("int4", 4), ("int4-g128", 4.25), ("int4-g64", 4.5), ("int4-g32", 5),
        ("kivi-2", 3.0),
    ])
    func bitsCountTheirScales(name: String, bits: Double) throws {
        #expect(KVCache(try model("llama-4-scout"), type: try .named(name)).bitsPerElement == bits)
    }

    /// One float32 scale for a vector: dearer where heads are small.
    @Test func scalesOfVectorsDependOnTheirLength() throws {
        #expect(KVCache(try model("gpt-oss-20b"), type: .int8).bitsPerElement == 8.5)
        #expect(KVCache(try model("gemma-3-4b"), type: .int8).bitsPerElement == 8.125)
        #expect(KVCache(try model("gpt-oss-20b"), type: .int8, formula: .textbook).bitsPerElement == 8)
    }

    @Test func anUnknownTypeGetsASuggestion() {
        #expect {
            try StorageType.named("q4_2")
        } throws: {
            "\($0)".contains("\"q4_2\" is not a storage type; did you mean \"q4_1\"?")
                || "\($0)".contains("did you mean \"q4_0\"?")
        }
    }

    @Test func keysAndValuesMayHaveTypesOfTheirOwn() throws {
        let mixed = try #require(try StorageType.ofCache("q8_0/q4_0", in: model("llama-3.1-8b")))
        #expect(mixed.name == "q8_0/q4_0" && mixed.bitsPerElement == 6.5 && mixed.nominalBits == 6)
        #expect(try StorageType.ofCache("q8_0", in: model("llama-3.1-8b")) == .q80)
        #expect(try StorageType.ofCache("q8_0/q4_0", in: model("deepseek-v3")) == nil, "one vector for both")
    }

    @Test func namesOfSweepsAreUnderstood() throws {
        #expect(try StorageType.named("bfloat16") == .bf16 && StorageType.named("FP8-E4M3") == .fp8)
    }

    @Test func scoutAtTenMillionTokens() throws {
        let scout = try model("llama-4-scout")
        let cache = KVCache(scout, type: .bf16)
        #expect(cache.bytesPerToken == 196_608)
        #expect(cache.growingBytesPerToken == 49_152)
        #expect(cache.boundedBytes == 1_207_959_552)
        #expect(rounded(cache.bytes(tokens: 10_000_000) / 1e9, 1) == "492.7")
        #expect(rounded(cache.bytes(tokens: 1_000_000) / 1e9, 1) == "50.4")
        #expect(rounded(cache.bytes(tokens: 131_072) / 1e9, 2) == "7.65")
        let full = KVCache(scout.withAllLayersFull, type: .bf16)
        #expect(rounded(full.bytes(tokens: 10_000_000) / 1e9, 0) == "1966")
        #expect(rounded(full.bytes(tokens: 131_072) / 1e9, 1) == "25.8")
        #expect(rounded(KVCache(scout, type: .fp8).bytes(tokens: 10_000_000) / 1e9, 1) == "246.4")
        #expect(rounded(KVCache(scout, type: .q40).bytes(tokens: 10_000_000) / 1e9, 1) == "138.6")
        #expect(rounded(KVCache(scout, type: .int4).bytes(tokens: 10_000_000) / 1e9, 1) == "123.2")
    }

    @Test func latentAttentionCachesOneVector() throws {
        let cache = KVCache(try model("deepseek-v3"), type: .bf16)
        #expect(cache.bytesPerToken == 70_272)
        #expect(cache.growingBytesPerToken == 70_272)
        #expect(cache.boundedBytes == 0)
    }

    /// GB at 128K = 131,072 tokens in bfloat16: layer by layer, and with every layer full.
    @Test(arguments: [
        ("llama-2-7b", "68.7", "68.7"), ("llama-3.1-8b", "17.2", "17.2"), ("llama-3.1-70b", "42.9", "42.9"),
        ("llama-3.1-405b", "67.6", "67.6"), ("mistral-7b-v0.1", "0.5", "17.2"), ("mixtral-8x7b", "17.2", "17.2"),
        ("gemma-2-9b", "23.3", "45.1"), ("gemma-2-27b", "25.5", "49.4"), ("gemma-3-4b", "2.8", "18.3"),
        ("gemma-3-12b", "8.9", "51.5"), ("gemma-3-27b", "11.2", "66.6"), ("gpt-oss-20b", "3.2", "6.4"),
        ("gpt-oss-120b", "4.8", "9.7"), ("qwen2.5-7b", "7.5", "7.5"), ("qwen3-8b", "19.3", "19.3"),
        ("qwen3-32b", "34.4", "34.4"), ("deepseek-v3", "9.2", "9.2"), ("phi-3-mini-128k", "51.5", "51.5"),
        ("llama-4-scout", "7.7", "25.8"),
    ])
    func gigabytesAt128K(id: String, exact: String, full: String) throws {
        let model = try model(id)
        #expect(rounded(KVCache(model, type: .bf16).bytes(tokens: 131_072) / 1e9, 1) == exact)
        #expect(rounded(KVCache(model.withAllLayersFull, type: .bf16).bytes(tokens: 131_072) / 1e9, 1) == full)
    }

    @Test func aWindowedCacheGrowsOnlyToItsWindow() throws {
        let cache = KVCache(try model("mistral-7b-v0.1"), type: .bf16)
        #expect(cache.growingBytesPerToken == 0)
        #expect(cache.bytes(tokens: 4096) == 536_870_912)
        #expect(cache.bytes(tokens: 1 << 30) == 536_870_912)
        #expect(cache.bytes(tokens: 1024) == 536_870_912 / 4)
        #expect(cache.tokens(within: 1e9) == nil)
        #expect(cache.tokens(within: 536_870_912 / 2) == 2048)
        #expect(cache.tokens(within: 1) == 0)
    }

    @Test func theLongestContextIsTheLastThatFits() throws {
        let cache = KVCache(try model("llama-4-scout"), type: .q40)
        for budget in [1e8, 1e9, 5e9, 1.7e10, 9e11] {
            let tokens = try #require(cache.tokens(within: budget))
            #expect(cache.bytes(tokens: tokens) <= budget)
            #expect(cache.bytes(tokens: tokens + 1) > budget)
        }
    }

    @Test func aResidualStaysInSixteenBits() throws {
        let model = try model("llama-3.1-8b")
        let cache = KVCache(model, type: StorageType(of: .kivi2))
        #expect(cache.growingBytesPerToken == 24_576)
        #expect(cache.boundedBytes == 13_631_488)
        #expect(cache.bytes(tokens: 100) == KVCache(model, type: .bf16).bytes(tokens: 100))
        let long = 1_000_000.0 * cache.growingBytesPerToken + cache.boundedBytes
        #expect(cache.bytes(tokens: 1_000_000) == long)
    }

    @Test func theTextbookIgnoresWindowsAndScales() throws {
        let scout = try model("llama-4-scout")
        let textbook = KVCache(scout, type: .q40, formula: .textbook)
        #expect(textbook.bytes(tokens: 10) == 491_520)
        #expect(textbook.differences == [.boundedLayers(36, of: 48), .bits(taken: 4, real: 4.5)])
        #expect(KVCache(try model("llama-3.1-8b"), type: .bf16, formula: .textbook).differences == [])
    }
}
