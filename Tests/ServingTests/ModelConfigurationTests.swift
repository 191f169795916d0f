import Attention
import Foundation
import Testing

@testable import Serving

@Suite struct ModelConfigurationTests {
    private static func read(_ fields: String) throws -> Model {
        try Model(configuration: Data("{\(fields)}".utf8), from: "config.json")
    }

    /// A small model of a family, with fields of its own.
    private static func small(_ family: String, _ own: String = "") throws -> Model {
        try read(
            """
            "model_type": "\(family)", "hidden_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8,
            "num_key_value_heads": 2, "intermediate_size": 1024, "vocab_size": 1000,
            "max_position_embeddings": 4096\(own.isEmpty ? "" : ", " + own)
            """)
    }

    /// Released files against the catalogue, which was made from other sources.
    @Test(arguments: ["llama-4-scout", "gemma-3-12b", "gpt-oss-20b", "deepseek-v3", "mistral-7b-v0.1"])
    func releasedFilesSayWhatTheCatalogueSays(id: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: id, withExtension: "json", subdirectory: "Configurations"))
        let read = try Model(configurationAt: url.path)
        let known = try model(id)
        #expect(read.attention == known.attention)
        #expect(read.layers == known.layers)
        #expect(read.hidden == known.hidden)
        #expect(read.tiedEmbeddings == known.tiedEmbeddings)
        #expect(read.declaredContext == known.declaredContext)
        #expect(read.weights == known.weights)
        // Gemma 3 pads its vocabulary by 64 rows.
        let difference = read.parameterCount.total - known.parameterCount.total
        #expect(difference == (id == "gemma-3-12b" ? 64 * 3840 : 0))
    }

    @Test func layersOfLlama4FollowWhatIsGiven() throws {
        let experts = "\"num_local_experts\": 4, \"num_experts_per_tok\": 1, \"intermediate_size_mlp\": 2048"
        let listed = try Self.small("llama4_text", experts + ", \"no_rope_layers\": [1,0,1,1,1,1,1,0]")
        #expect(listed.layers.indices.filter { listed.layers[$0].mask == .causal } == [1, 7])
        let named = try Self.small(
            "llama4_text",
            experts + ", \"attention_chunk_size\": 64, \"layer_types\": "
                + "[\"full_attention\",\"chunked_attention\",\"full_attention\",\"full_attention\","
                + "\"full_attention\",\"full_attention\",\"full_attention\",\"full_attention\"]")
        #expect(named.layers.indices.filter { named.layers[$0].mask == .chunkedLocal(64) } == [1])
        let interleaved = try Self.small("llama4_text", experts + ", \"interleave_moe_layer_step\": 2")
        #expect(interleaved.layers[0].feedForward == .dense(width: 2048))
        #expect(interleaved.layers[1].feedForward != .dense(width: 2048))
    }

    @Test func windowsOfEachFamily() throws {
        func windowed(_ model: Model) -> [Int] {
            model.layers.indices.filter { model.layers[$0].mask == .slidingWindow(256) }
        }
        let window = "\"sliding_window\": 256"
        let experts = "\"num_local_experts\": 4, \"num_experts_per_tok\": 2, "
        #expect(windowed(try Self.small("llama")) == [])
        #expect(windowed(try Self.small("mistral", window)) == Array(0..<8))
        #expect(windowed(try Self.small("mistral", "\"sliding_window\": null")) == [])
        #expect(windowed(try Self.small("mixtral", experts + window)) == Array(0..<8))
        #expect(windowed(try Self.small("phi3", window)) == Array(0..<8))
        #expect(windowed(try Self.small("gemma2", window)) == [0, 2, 4, 6])
        #expect(windowed(try Self.small("gpt_oss", experts + window)) == [0, 2, 4, 6])
        #expect(windowed(try Self.small("gemma3_text", window)) == [0, 1, 2, 3, 4, 6, 7])
        #expect(windowed(try Self.small("gemma3_text", window + ", \"sliding_window_pattern\": 2")) == [0, 2, 4, 6])
        #expect(windowed(try Self.small("qwen2", window + ", \"use_sliding_window\": false")) == [])
        let late = ", \"use_sliding_window\": true, \"max_window_layers\": 5"
        #expect(windowed(try Self.small("qwen2", window + late)) == [5, 6, 7])
        #expect(windowed(try Self.small("qwen3", window + late)) == [5, 6, 7])
    }

    @Test func defaultsOfEachFamily() throws {
        #expect(try !Self.small("llama").tiedEmbeddings)
        #expect(try Self.small("llama", "\"tie_word_embeddings\": true").tiedEmbeddings)
        #expect(try Self.small("gemma2", "\"sliding_window\": 256").tiedEmbeddings)
        #expect(
            try Self.small("llama").attention == .grouped(queryHeads: 8, keyValueHeads: 2, headDimension: 64))
        #expect(
            try Self.small("gemma2", "\"sliding_window\": 256").attention
                == .grouped(queryHeads: 8, keyValueHeads: 2, headDimension: 256))
    }

    @Test func expertsOfQwen3() throws {
        let model = try Self.small(
            "qwen3_moe",
            "\"num_experts\": 16, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 128, "
                + "\"mlp_only_layers\": [3], \"decoder_sparse_step\": 1")
        #expect(model.layers[3].feedForward == .dense(width: 1024))
        #expect(
            model.layers[0].feedForward
                == .experts(FeedForward.Experts(count: 16, active: 2, shared: 0, width: 128)))
    }

    @Test func anUnknownQuantizationIsSaid() throws {
        let model = try Self.small("llama", "\"quantization_config\": {\"quant_method\": \"vptq\"}")
        #expect(model.weights == Model.WeightTypes(.bf16))
        #expect(
            model.notes == [
                "quantization \"vptq\" is not known: weights are counted in 16 bits; give --weight-type"
            ])
    }

    @Test(arguments: [
        ("\"hidden_size\": 512", "config.json: model_type is missing"),
        (
            "\"model_type\": \"lama\"",
            "config.json: model_type \"lama\" is not known; did you mean \"llama\"?"
        ),
        ("\"model_type\": \"llama\"", "config.json: hidden_size is missing, which a llama model needs"),
        (
            "\"model_type\": \"llama\", \"hidden_size\": \"big\", \"num_hidden_layers\": 2",
            "config.json: hidden_size must be a whole number of at least 1"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 0",
            "config.json: num_hidden_layers must be a whole number of at least 1"
        ),
        (
            "\"model_type\": \"mixtral\", \"hidden_size\": 512, \"num_hidden_layers\": 2",
            "config.json: num_local_experts is missing, which a mixtral model needs"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 2, \"layer_types\": [\"mamba\"]",
            "config.json: layer_types must be 2 names, one a layer"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 1, \"layer_types\": [\"mamba\"]",
            "config.json: layer_types must be full_attention, sliding_attention or chunked_attention, not \"mamba\""
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 2, \"intermediate_size\": 8, "
                + "\"vocab_size\": 10, \"num_attention_heads\": 8, \"num_key_value_heads\": 3",
            "config.json: num_key_value_heads must be a divisor of num_attention_heads, 8"
        ),
    ])
    func whatIsWrongIsOneSentence(fields: String, message: String) {
        #expect {
            try Self.read(fields)
        } throws: {
            "\($0)" == message
        }
    }

    /// Sizes that would trap in arithmetic are refused before.
    @Test(arguments: [
        "\"attention_chunk_size\": 0, \"num_local_experts\": 4, \"num_experts_per_tok\": 1",
        "\"attention_chunk_size\": -1, \"num_local_experts\": 4, \"num_experts_per_tok\": 1",
        "\"num_local_experts\": 4, \"num_experts_per_tok\": 5",
        "\"num_local_experts\": 4, \"num_experts_per_tok\": 1, \"head_dim\": 1e18",
        "\"num_local_experts\": 4, \"num_experts_per_tok\": 1, \"head_dim\": 0.5",
    ])
    func impossibleSizesAreErrors(fields: String) {
        #expect(throws: ConfigurationError.self) { try Self.small("llama4_text", fields) }
    }

    @Test func countsThatOverflowAreErrors() {
        #expect {
            try Self.read(
                """
                "model_type": "llama", "hidden_size": 1000000000, "num_hidden_layers": 8, "num_attention_heads": 8,
                "intermediate_size": 1000000000, "vocab_size": 1000, "max_position_embeddings": 4096
                """)
        } throws: {
            "\($0)" == "config.json: hidden_size must be part of a model below 10¹⁷ parameters"
        }
    }

    @Test func unreadableFiles() {
        #expect(throws: ConfigurationError.unreadable(file: "/nowhere/config.json")) {
            try Model(configurationAt: "/nowhere/config.json")
        }
        #expect(throws: ConfigurationError.notJSON(file: "config.json")) {
            try Model(configuration: Data("[1]".utf8), from: "config.json")
        }
    }
}
