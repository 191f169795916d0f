import Attention
import Foundation
import Testing

@testable import Serving

/// What published files do that a strict reading of the usual fields gets wrong.
@Suite struct PublishedFormsTests {
    /// Llama 3.1 8B's dimensions, with fields of the test's own in place of the usual ones.
    static func llama8B(_ own: String = "", file: String = "config.json", side: String? = nil) throws -> Model {
        let fields = """
            {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
            "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
            "max_position_embeddings": 131072, "tie_word_embeddings": false\(own.isEmpty ? "" : ", " + own)}
            """
        return try Model(
            Model.Configuration(
                file: file, json: Data(fields.utf8), quantisation: side.map { Data($0.utf8) }))
    }

    static func read(_ json: String, treatedAs: String? = nil) throws -> Model {
        try Model(Model.Configuration(file: "config.json", json: Data(json.utf8), treatedAs: treatedAs))
    }

    /// Body 6.98 · 10⁹ parameters, embeddings and head 1.05 · 10⁹: bits of each counted by hand.
    @Test(arguments: [
        (#""torch_dtype": "float32""#, 32.12), (#""dtype": "float16""#, 16.06),
        (#""quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128}"#, 5.73),
        (#""quantization_config": {"quant_method": "gptq", "bits": 8, "group_size": -1}"#, 9.09),
        (#""quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": true}"#, 5.73),
        (#""quantization_config": {"load_in_4bit": true, "bnb_4bit_use_double_quant": true}"#, 5.70),
        (#""quantization_config": {"load_in_4bit": true, "quant_method": "bitsandbytes"}"#, 6.03),
        (#""quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}"#, 9.08),
        (
            #""quantization_config": {"quant_method": "hqq", "quant_config": {"weight_quant_params": {"nbits": 4, "group_size": 64}}}"#,
            6.03
        ),
        (
            #""quantization_config": {"quant_method": "aqlm", "num_codebooks": 2, "nbits_per_codebook": 8, "in_group_size": 8}"#,
            3.85
        ),
        (#""quantization": {"group_size": 64, "bits": 4}"#, 4.52),
        (#""quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["lm_head"]}"#, 6.03),
        (
            #""quantization_config": {"quant_method": "quark", "global_quant_config": {"weight": {"dtype": "fp8_e4m3", "qscheme": "per_tensor"}}, "exclude": ["lm_head"]}"#,
            9.08
        ),
        (#""quantization_config": {"quant_method": "bitnet"}"#, 3.85),
        (#""quantization_config": {"quant_method": "exl3", "bits": 4.0, "head_bits": 6}"#, 4.93),
    ])
    func weightsAsTheyAreStored(field: String, gigabytes: Double) throws {
        let bytes = try Self.llama8B(field).weightBytes
        #expect(abs(bytes / 1e9 / gigabytes - 1) < 0.01, "\(bytes)")
    }

    /// NVIDIA's releases say it in a file beside the configuration.
    @Test func aSideFileTellsTheQuantisation() throws {
        let side = #"{"quantization": {"quant_algo": "FP8", "exclude_modules": ["lm_head"]}}"#
        #expect(abs(try Self.llama8B(side: side).weightBytes / 9.08e9 - 1) < 0.01)
    }

    /// Layers by pattern, in the three ways in which schemes write one.
    @Test(arguments: [
        #"["lm_head", "re:.*self_attn.*"]"#, #"["lm_head", "model.layers.*.self_attn*"]"#, #"["lm_head", "self_attn"]"#,
    ])
    func whatIsExceptedKeepsItsType(patterns: String) throws {
        let group = #"{"targets": ["Linear"], "weights": {"num_bits": 8, "type": "int", "strategy": "channel"}}"#
        let model = try Self.llama8B(
            #""quantization_config": {"quant_method": "compressed-tensors", "config_groups": {"group_0": \#(group)}, "#
                + #""ignore": \#(patterns)}"#)
        for matrix in model.architecture.matrices {
            let isQuantised = matrix.name.contains(".mlp.")
            #expect((model.weights.format(of: matrix).bitsPerElement == 8) == isQuantised, "\(matrix.name)")
        }
    }

    @Test func anOverrideLeavesNoCautionThatContradictsIt() throws {
        let unknown = try Self.llama8B(#""quantization_config": {"quant_method": "vptq"}"#)
        #expect(unknown.cautions.count == 1)
        #expect(unknown.storing(weights: WeightStorage(.int4)).cautions.isEmpty)
    }

    /// An absent field has the default of its class, null is what the file says.
    @Test func absentIsNotNull() throws {
        let mistral = try Self.read(#"{"model_type": "mistral"}"#)
        #expect(mistral.layerKinds.map(\.mask) == [.slidingWindow(4096)])
        #expect(
            try Self.read(#"{"model_type": "mistral", "sliding_window": null}"#).layerKinds.map(\.mask) == [.causal])
        let qwen = #"{"model_type": "qwen3", "hidden_size": 2560, "num_key_value_heads": 8"#
        #expect(try Self.read(qwen + "}").attention == .grouped(queryHeads: 32, keyValueHeads: 8, headDimension: 128))
        #expect(
            try Self.read(qwen + #", "head_dim": null}"#).attention
                == .grouped(queryHeads: 32, keyValueHeads: 8, headDimension: 80))
    }

    @Test func windowsThatAreNotUsedAreNone() throws {
        let types = Array(repeating: "\"sliding_attention\"", count: 32).joined(separator: ",")
        let model = try Self.read(
            #"{"model_type": "qwen2", "use_sliding_window": false, "sliding_window": 1024, "layer_types": [\#(types)]}"#
        )
        #expect(model.layerKinds.map(\.mask) == [.causal])
    }

    @Test(arguments: [
        #"{"model_type": "gemma3_text", "use_bidirectional_attention": true}"#, #"{"model_type": "bert"}"#,
        #"{"model_type": "gemma4_text", "use_bidirectional_attention": "all"}"#, #"{"model_type": "t5"}"#,
        #"{"model_type": "llama", "is_causal": false}"#, #"{"model_type": "siglip"}"#, #"{"model_type": "mamba2"}"#,
    ])
    func whatIsNoDecoderIsToldWhy(json: String) {
        #expect {
            try Self.read(json)
        } throws: { error in
            guard case .notADecoder? = error as? ConfigurationError else { return false }
            return true
        }
    }

    /// A similar name is no reason to plan with another model's layers.
    @Test func anUnknownTypeIsNotGuessed() throws {
        #expect {
            try Self.read(#"{"model_type": "gemma9_text"}"#)
        } throws: {
            !"\($0)".contains("did you mean") && "\($0)".contains("--treat-as")
        }
        let treated = try Self.read(
            #"{"model_type": "gemma9_text", "num_hidden_layers": 12}"#, treatedAs: "gemma3_text")
        #expect(treated.layers.count == 12)
        #expect(treated.cautions.contains { $0.contains("\"gemma3_text\"") })
    }

    @Test func textAsPythonWritesIt() throws {
        let twice = try Self.read(
            "\u{FEFF}{\"model_type\": \"llama\", \"num_hidden_layers\": 16, \"num_hidden_layers\": 8, \"a\": [NaN, -Infinity]}"
        )
        #expect(twice.layers.count == 8)
        #expect(
            twice.cautions == [
                "config.json has \"num_hidden_layers\" more than once in one object; the last is taken, as Python does."
            ])
    }

    @Test(arguments: [
        ("{\n  // a comment\n}", 2, 3, "comments are not JSON"),
        ("{\"a\": 1,}", 1, 9, "a key in quotation marks should stand here"),
        ("{\"a\": 01}", 1, 7, "\"01\" is no JSON value"), ("{\"a\": \"x}", 1, 10, "the text ends inside a string"),
        ("{\"a\" 1}", 1, 6, "a colon should follow the key \"a\""),
        ("{} {}", 1, 4, "something follows the end of the value"),
        ("", 1, 1, "the text ends where a value should stand"), ("{\"a\": tru}", 1, 7, "\"tru\" is no JSON value"),
    ])
    func whatIsNotJSONIsRefusedAtItsPlace(text: String, line: Int, column: Int, reason: String) {
        #expect(throws: ConfigurationError.notJSON(file: "config.json", line: line, column: column, reason: reason)) {
            try Self.read(text)
        }
    }

    @Test func deepNestingIsRefused() {
        #expect {
            try Self.read(String(repeating: "[", count: 100_000))
        } throws: {
            "\($0)".contains("more than 100 deep")
        }
    }

    /// Nothing of that size is allocated before it is refused.
    @Test(arguments: [
        (#""num_hidden_layers": 1000000000"#, "num_hidden_layers is 1000000000; it must be at most 4096"),
        (
            #""n_routed_experts": 1000000000, "num_experts_per_tok": 1, "moe_intermediate_size": 8"#,
            "n_routed_experts is 1000000000; it must be at most 65536"
        ),
    ])
    func countsThatNoMemoryHoldsAreRefused(field: String, message: String) {
        #expect {
            try Self.read(#"{"model_type": "llama", \#(field)}"#)
        } throws: {
            "\($0)".contains(message)
        }
    }

    /// Trained length and stretched one; what engines derive from the two.
    @Test(arguments: [
        (32_768, #"{"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}"#, 131_072, 32_768),
        (163_840, #"{"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096}"#, 163_840, 4096),
        (4096, #"{"type": "linear", "factor": 8.0}"#, 32_768, 4096),
        (131_072, #"{"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}"#, 131_072, 8192),
        (131_072, #"{"rope_type": "longrope", "original_max_position_embeddings": 4096}"#, 131_072, 4096),
    ])
    func aStretchedContextSaysBoth(positions: Int, scaling: String, tokens: Int, trained: Int) throws {
        let model = try Self.read(
            #"{"model_type": "llama", "max_position_embeddings": \#(positions), "rope_scaling": \#(scaling)}"#)
        #expect(model.declaredContext == tokens)
        #expect(model.release.context.scaling?.trainedTokens == trained)
    }

    @Test func aReleaseIsAFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("release-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(#"{"model_type": "llama"}"#.utf8).write(to: folder.appendingPathComponent("config.json"))
        let plain = try ModelSource(folder.path).model(standardInput: { Data() })
        #expect(plain.weights.names == ["bf16"])
        try Data(#"{"quantization": {"quant_algo": "NVFP4", "exclude_modules": ["lm_head"]}}"#.utf8)
            .write(to: folder.appendingPathComponent("hf_quant_config.json"))
        #expect(try ModelSource(folder.path).model(standardInput: { Data() }).weights.names == ["bf16", "nvfp4"])
    }
}
