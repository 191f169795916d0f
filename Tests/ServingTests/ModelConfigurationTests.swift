import Attention
import Foundation
import Testing

@testable import Serving

@Suite struct ModelConfigurationTests {
    private static func read(_ fields: String, treatedAs: String? = nil) throws -> Model {
        try Model(
            Model.Configuration(file: "config.json", json: Data("{\(fields)}".utf8), treatedAs: treatedAs))
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
        let read = try ModelSource(url.path).model(standardInput: { Data() })
        let known = try model(id)
        #expect(read.attention == known.attention)
        #expect(read.layers == known.layers)
        #expect(read.hidden == known.hidden)
        #expect(read.architecture.vocabulary.isTied == known.architecture.vocabulary.isTied)
        #expect(read.declaredContext == known.declaredContext)
        #expect(read.weights == known.weights)
        // Gemma 3 pads its vocabulary by 64 rows.
        let difference = read.parameterCount.total - known.parameterCount.total
        #expect(difference == (id == "gemma-3-12b" ? 64 * 3840 : 0))
    }

    @Test func layersOfLlama4FollowWhatIsGiven() throws {
        let experts = "\"num_local_experts\": 4, \"num_experts_per_tok\": 1, \"intermediate_size_mlp\": 2048"
        let listed = try Self.small("llama4_text", experts + ", \"no_rope_layers\": [1,0,1,1,1,1,1,0]")
        #expect(listed.layers.indices.filter { listed.layers[$0].attention?.mask == .causal } == [1, 7])
        let named = try Self.small(
            "llama4_text",
            experts + ", \"attention_chunk_size\": 64, \"layer_types\": "
                + "[\"full_attention\",\"chunked_attention\",\"full_attention\",\"full_attention\","
                + "\"full_attention\",\"full_attention\",\"full_attention\",\"full_attention\"]")
        #expect(named.layers.indices.filter { named.layers[$0].attention?.mask == .chunkedLocal(64) } == [1])
        let interleaved = try Self.small("llama4_text", experts + ", \"interleave_moe_layer_step\": 2")
        #expect(interleaved.layers[0].feedForward == .dense(width: 2048))
        #expect(interleaved.layers[1].feedForward != .dense(width: 2048))
    }

    @Test func windowsOfEachFamily() throws {
        func windowed(_ model: Model) -> [Int] {
            model.layers.indices.filter { model.layers[$0].attention?.mask == .slidingWindow(256) }
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
        func isTied(_ model: Model) -> Bool { model.architecture.vocabulary.isTied }
        #expect(try !isTied(Self.small("llama")))
        #expect(try isTied(Self.small("llama", "\"tie_word_embeddings\": true")))
        #expect(try isTied(Self.small("gemma2", "\"sliding_window\": 256")))
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
        #expect(model.weights.names == ["bf16"])
        let caution =
            "The quantisation \"vptq\" is not known: weights are counted as if there were none. Give --weight-type."
        #expect(model.cautions == [caution])
        #expect(model.storing(weights: WeightStorage(.int4)).cautions.isEmpty)
    }

    @Test(arguments: [
        ("\"hidden_size\": 512", "config.json: model_type is missing"),
        (
            "\"model_type\": \"lama\"",
            "config.json: model_type \"lama\" is not known, and a similar name would be a guess. If you know that its "
                + "layers are those of a known type, give --treat-as, such as --treat-as llama; else give its "
                + "dimensions, such as --layers 32 --hidden 4096 --heads 32 --kv-heads 8 --head-dimension 128"
        ),
        (
            "\"model_type\": \"bailing_moe\"",
            "config.json: hidden_size is missing, and the class of \"bailing_moe\" has no default for it"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": \"big\", \"num_hidden_layers\": 2",
            "config.json: hidden_size is \"big\"; it must be a whole number from 1 to 16777216"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 0",
            "config.json: num_hidden_layers is 0; it must be a whole number from 1 to 4096"
        ),
        (
            "\"model_type\": \"deepseek_v2\", \"hidden_size\": 512, \"num_hidden_layers\": 2",
            "config.json: num_experts_per_tok is missing, and the class of \"deepseek_v2\" has no default for it"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 2, \"layer_types\": [\"mamba\"]",
            "config.json: layer_types is a list; it must be a list of at least 2 names, one a layer"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 1, \"layer_types\": [\"mambo\"]",
            "config.json: layer_types is \"mambo\" for a layer; it must be full_attention, sliding_attention, "
                + "chunked_attention, linear_attention, mamba, conv, hybrid, mlp or moe"
        ),
        (
            "\"model_type\": \"llama\", \"hidden_size\": 512, \"num_hidden_layers\": 2, \"intermediate_size\": 8, "
                + "\"vocab_size\": 10, \"num_attention_heads\": 8, \"num_key_value_heads\": 3",
            "config.json: num_key_value_heads is 3; it must be a divisor of num_attention_heads, 8"
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
                "model_type": "llama", "hidden_size": 16000000, "num_hidden_layers": 800, "num_attention_heads": 8,
                "intermediate_size": 16000000, "vocab_size": 1000, "max_position_embeddings": 4096
                """)
        } throws: {
            "\($0)" == "config.json: hidden_size is 16000000; it must be part of a model below 10¹⁷ parameters"
        }
    }

    @Test func unreadableFiles() {
        let error = #expect(throws: ConfigurationError.self) {
            try ModelSource("/nowhere/config.json").model(standardInput: { Data() })
        }
        #expect(error?.description.hasPrefix("/nowhere/config.json: no such file or directory; give the path") == true)
        #expect(throws: ConfigurationError.notAnObject(file: "standard input")) {
            try ModelSource("-").model(standardInput: { Data("[1]".utf8) })
        }
    }
}
