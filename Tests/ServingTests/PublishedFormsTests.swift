import Attention
import Foundation
import TestSupport
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
            "\u{FEFF}{\"model_type\": \"llama\", \"num_hidden_layers\": 16, \"num_hidden_layers\": 8, \"rope_scaling\": {\"a\": [NaN, -Infinity]}}"
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

    /// A class ignores the names of other classes and fills in its own sizes: the file is not planned with as another model.
    @Test(arguments: [
        ("olmo", #""d_model": 4096, "n_layers": 32"#, "hidden_size", "hf_olmo"),
        ("llama", #""n_embd": 1024"#, "hidden_size", "gpt2"),
        ("llama", #""num_local_experts": 8"#, "n_routed_experts", "mixtral"),
        ("qwen2", #""num_layers": 4"#, "num_hidden_layers", "chatglm"),
    ])
    func namesOfAnotherTypeAreRefused(type: String, fields: String, field: String, reader: String) {
        #expect {
            try Self.read(#"{"model_type": "\#(type)", \#(fields)}"#)
        } throws: {
            "\($0)".contains("reads \(field), which is missing") && "\($0)".contains("--treat-as with")
                && "\($0)".contains(reader)
        }
    }

    /// The first class of OLMo has names of its own, and gives both halves of the gate together.
    @Test func theFirstClassOfOLMo() throws {
        let model = try Self.read(
            """
            {"model_type": "hf_olmo", "d_model": 4096, "n_layers": 32, "n_heads": 32, "mlp_hidden_size": 22016, "n_kv_heads": null,
             "vocab_size": 50280, "embedding_size": 50304, "weight_tying": false, "max_sequence_length": 2048, "mlp_ratio": 4}
            """)
        #expect(model.parameterCount.total == 2 * 50304 * 4096 + 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008))
        #expect(model.declaredContext == 2048)
        #expect(model.cautions.isEmpty)
    }

    /// The class of Bamba takes null for no layer, that of LFM2 for every layer.
    @Test func nullIsWhatTheClassSays() throws {
        #expect(throws: ConfigurationError.self) {
            try Self.read(#"{"model_type": "bamba", "attn_layer_indices": null}"#)
        }
        let model = try Self.read(#"{"model_type": "lfm2", "full_attn_idxs": null}"#)
        #expect(model.layerKinds.map(\.count) == [32])
    }

    @Test func fieldsThatNobodyReadsAreNamed() throws {
        let model = try Self.read(
            #"{"model_type": "llama", "cross_attention_every": 4, "sliding_window": 4096, "use_cache": true, "swin": null}"#
        )
        #expect(
            model.cautions == [
                "cross_attention_every, sliding_window of config.json are not read for a llama: if they change the layers, the "
                    + "figures are wrong."
            ])
    }

    /// A release that sees takes another language model where its file says nothing of one.
    @Test func aReleaseThatSeesNamesItsLanguageModel() {
        #expect {
            try Self.read(#"{"model_type": "paligemma"}"#)
        } throws: {
            "\($0)" == "config.json: text_config is missing, and the class of \"paligemma\" has no default for it"
        }
        #expect {
            try Self.read(#"{"model_type": "mllama", "text_config": {"model_type": "mllama_text_model"}}"#)
        } throws: {
            "\($0)".contains("attend to an image only")
        }
    }

    /// Whatever stands in a field is counted or refused; nothing ends the program.
    @Test(.tags(.slow), arguments: ["1e300", "NaN", "-1", "16777216", "\"x\""])
    func noValueTraps(value: String) throws {
        for type in ModelTypes.shipped.all where type.refusal == nil && type.text == nil {
            for field in Set(type.defaults.keys).union(type.keys.keys).union([
                "rope_scaling", "num_nextn_predict_layers",
            ]) {
                let model = try? Self.read(#"{"model_type": "\#(type.name)", "\#(field)": \#(value)}"#)
                if let model {
                    #expect(model.weightBytes >= 0 && KVCache(model, type: .bf16).bytes(tokens: 1 << 20) >= 0)
                }
            }
        }
    }

    /// The same for every size of a tower and of a file with none but hostile sizes.
    @Test(arguments: ["1e300", "NaN", "-1", "16777216", "65536", "1024", "64"]) func noTowerTraps(value: String) {
        let sizes = [
            "hidden_size", "depth", "intermediate_size", "patch_size", "temporal_patch_size", "spatial_merge_size",
            "mlp_ratio",
        ]
        let fields = sizes.map { "\"\($0)\": \(value)" }.joined(separator: ", ")
        let model = try? Self.read(
            #"{"model_type": "llava", "text_config": {}, "hidden_size": 4096, "vision_config": {\#(fields)}}"#)
        if let model { #expect(model.weightBytes > 0) }
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
        (
            #""num_hidden_layers": 1000000000"#,
            "num_hidden_layers is 1000000000; it must be a whole number from 1 to 4096"
        ),
        (
            #""n_routed_experts": 1000000000, "num_experts_per_tok": 1, "moe_intermediate_size": 8"#,
            "n_routed_experts is 1000000000; it must be a whole number from 0 to 65536"
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
