import Foundation
import Testing

@testable import Serving

/// Weights as stored, against sizes that checkpoints and engines' logs state.
@Suite struct CheckpointSizeTests {
    struct Checkpoint: CustomTestStringConvertible {
        let name: String
        let fields: String
        let bytes: Double
        let source: String

        var testDescription: String { name }
    }

    private static let gibibyte = Double(1 << 30)
    private static let llama8B =
        #""model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256"#
    private static let llama70B =
        #""model_type": "llama", "hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, "vocab_size": 128256"#
    private static let llama405B =
        #""model_type": "llama", "hidden_size": 16384, "intermediate_size": 53248, "num_hidden_layers": 126, "num_attention_heads": 128, "num_key_value_heads": 8, "vocab_size": 128256"#
    private static let mistral7B = #""model_type": "mistral", "vocab_size": 32000"#
    private static let mixtral = #""model_type": "mixtral", "sliding_window": null"#
    private static let qwen7B =
        #""model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064"#
    private static let qwen3B =
        #""model_type": "qwen2", "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": true"#
    private static let qwen38B =
        #""model_type": "qwen3", "hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 151936"#
    private static let qwen34B =
        #""model_type": "qwen3", "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 151936, "tie_word_embeddings": true"#
    private static let qwen30B =
        #""model_type": "qwen3_moe", "num_hidden_layers": 48, "head_dim": 128, "vocab_size": 151936"#
    private static let awq =
        #""quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": true}"#

    private static func compressed(bits: Int, strategy: String, ignore: String) -> String {
        let weights = "{\"num_bits\": \(bits), \"type\": \"int\", \(strategy)}"
        return "\"quantization_config\": {\"quant_method\": \"compressed-tensors\", \"config_groups\": {\"group_0\": "
            + "{\"targets\": [\"Linear\"], \"weights\": \(weights)}}, \"ignore\": \(ignore)}"
    }

    /// Attention of all layers and all of the first and last stay in 16 bits.
    private static var fbgemm: String {
        let attention = (0..<126).map { "\"model.layers.\($0).self_attn\"" }
        let excepted = attention + ["\"lm_head\"", "\"model.layers.0.mlp\"", "\"model.layers.125.mlp\""]
        return "\"quantization_config\": {\"quant_method\": \"fbgemm_fp8\", \"modules_to_not_convert\": "
            + "[\(excepted.joined(separator: ", "))]}"
    }

    static let checkpoints = [
        Checkpoint(
            name: "Llama 3.1 8B", fields: llama8B, bytes: 16_060_522_496,
            source: "total_size of model.safetensors.index.json"),
        Checkpoint(
            name: "Mistral 7B v0.1", fields: mistral7B, bytes: 14_483_464_192,
            source: "total_size of model.safetensors.index.json"),
        Checkpoint(
            name: "Mixtral 8x7B", fields: mixtral, bytes: 93_405_585_408,
            source: "total_size of model.safetensors.index.json"),
        Checkpoint(
            name: "Qwen2.5 7B", fields: qwen7B, bytes: 15_231_233_024,
            source: "total_size of model.safetensors.index.json"),
        Checkpoint(
            name: "Llama 3 8B", fields: llama8B, bytes: 14.96 * gibibyte,
            source: "log in vllm-project/vllm pull request 10511"),
        Checkpoint(
            name: "Qwen2.5 3B", fields: qwen3B, bytes: 5.7916 * gibibyte,
            source: "\"Model loading took 5.7916 GiB\", vLLM on one A10"),
        Checkpoint(
            name: "Qwen3 4B", fields: qwen34B, bytes: 7.6785 * gibibyte,
            source: "log in kyuz0/amd-strix-halo-vllm-toolboxes pull request 5"),
        Checkpoint(
            name: "Qwen3 8B AWQ", fields: "\(qwen38B), \(awq)", bytes: 5.7071 * gibibyte,
            source: "\"Model loading took 5.7071 GiB\", vLLM"),
        Checkpoint(
            name: "Qwen2.5 7B AWQ", fields: "\(qwen7B), \(awq)", bytes: 5.29 * gibibyte,
            source: "\"Model loading took 5.29 GiB memory\", vLLM"),
        Checkpoint(
            name: "Qwen3 30B-A3B w4a16",
            fields: "\(qwen30B), "
                + compressed(
                    bits: 4, strategy: #""strategy": "group", "group_size": 128"#,
                    ignore: #"["lm_head", "re:.*mlp.gate$"]"#),
            bytes: 15.6841 * gibibyte, source: "log in vllm-project/vllm issue 17327"),
        Checkpoint(
            name: "Llama 70B w8a8",
            fields: "\(llama70B), " + compressed(bits: 8, strategy: #""strategy": "channel""#, ignore: #"["lm_head"]"#),
            bytes: 67.72 * gibibyte, source: "\"Model weights take 67.72 GiB\", vLLM"),
        Checkpoint(
            name: "Llama 3.1 405B FP8", fields: "\(llama405B), \(fbgemm)", bytes: 8 * 57.752 * gibibyte,
            source: "57.752 GiB on each of eight, vLLM"),
    ]

    @Test(arguments: checkpoints) func weightsAreWithinThreePerCentOfTheCheckpoint(checkpoint: Checkpoint) throws {
        let model = try PublishedFormsTests.read("{\(checkpoint.fields)}")
        #expect(abs(model.weightBytes / checkpoint.bytes - 1) < 0.03, "\(model.weightBytes / gibibyteOfTests) GiB")
    }

    /// Releases of the catalogue, which say their quantisation as the release does.
    @Test(arguments: [
        ("gpt-oss-120b", 60.87),  // "file size = 60.87 GiB", llama.cpp, experts in MXFP4 and the rest in bfloat16
        ("deepseek-v3", 8 * 79.41),  // 79.41 GiB on each of eight, HabanaAI/vllm-fork issue 809
    ])
    func weightsOfTheCatalogue(id: String, gibibytes: Double) throws {
        #expect(abs(try model(id).weightBytes / gibibyteOfTests / gibibytes - 1) < 0.03)
    }
}

private let gibibyteOfTests = Double(1 << 30)
