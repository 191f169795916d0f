import Attention
import Foundation

/// The `model_type`s whose layers this project knows, read as their classes in Hugging Face transformers read them,
/// the class's defaults included where releases leave a field out.
enum HuggingFaceArchitecture: String, CaseIterable {
    case llama, mistral, mixtral, gemma2, gemma3, gemma3Text = "gemma3_text", gptOSS = "gpt_oss", qwen2, qwen3
    case qwen3Mixture = "qwen3_moe", deepSeekV3 = "deepseek_v3", phi3, llama4, llama4Text = "llama4_text"

    /// One mask for each layer. An explicit `layer_types` wins over every rule.
    func masks(_ file: ConfigurationFile, layers: Int) throws(ConfigurationError) -> [Mask] {
        if let types = try file.strings("layer_types") {
            return try Self.masks(named: types, file, layers: layers)
        }
        switch self {
        case .llama, .deepSeekV3:
            return Array(repeating: .causal, count: layers)
        case .mistral, .mixtral, .phi3:
            guard file.has("sliding_window") else { return Array(repeating: .causal, count: layers) }
            return Array(repeating: .slidingWindow(try file.integer("sliding_window")), count: layers)
        case .qwen2, .qwen3, .qwen3Mixture:
            guard try file.flag("use_sliding_window", default: false), file.has("sliding_window") else {
                return Array(repeating: .causal, count: layers)
            }
            let window = try file.integer("sliding_window")
            let first = try file.integer("max_window_layers", default: 28, minimum: 0)
            return (0..<layers).map { $0 >= first ? .slidingWindow(window) : .causal }
        case .gemma2, .gptOSS:
            let window = try file.integer("sliding_window")
            return (0..<layers).map { $0.isMultiple(of: 2) ? .slidingWindow(window) : .causal }
        case .gemma3, .gemma3Text:
            let window = try file.integer("sliding_window")
            let older = try file.integer("_sliding_window_pattern", default: 6)
            let period = try file.integer("sliding_window_pattern", default: older)
            return (1...layers).map { $0.isMultiple(of: period) ? .causal : .slidingWindow(window) }
        case .llama4, .llama4Text:
            return try Self.llama4Masks(file, layers: layers)
        }
    }

    /// Layers with rotary positions attend within their chunk, those without to everything.
    private static func llama4Masks(_ file: ConfigurationFile, layers: Int) throws(ConfigurationError) -> [Mask] {
        let chunk = try file.integer("attention_chunk_size", default: 8192)
        if let rotary = try file.integers("no_rope_layers"), !rotary.isEmpty {
            guard rotary.count == layers else {
                throw .wrongValue(file: file.file, field: "no_rope_layers", expected: "\(layers) numbers, one a layer")
            }
            return rotary.map { $0 == 0 ? .causal : .chunkedLocal(chunk) }
        }
        let interval = try file.integer("no_rope_layer_interval", default: 4)
        return (1...layers).map { $0.isMultiple(of: interval) ? .causal : .chunkedLocal(chunk) }
    }

    private static func masks(
        named types: [String], _ file: ConfigurationFile, layers: Int
    ) throws(ConfigurationError) -> [Mask] {
        guard types.count == layers else {
            throw .wrongValue(file: file.file, field: "layer_types", expected: "\(layers) names, one a layer")
        }
        var masks: [Mask] = []
        for type in types {
            switch type {
            case "full_attention": masks.append(.causal)
            case "sliding_attention": masks.append(.slidingWindow(try file.integer("sliding_window")))
            case "chunked_attention": masks.append(.chunkedLocal(try file.integer("attention_chunk_size")))
            default:
                throw .wrongValue(
                    file: file.file, field: "layer_types",
                    expected: "full_attention, sliding_attention or chunked_attention, not \"\(type)\"")
            }
        }
        return masks
    }

    /// One feed-forward for each layer.
    func feedForwards(_ file: ConfigurationFile, layers: Int) throws(ConfigurationError) -> [FeedForward] {
        switch self {
        case .llama, .mistral, .gemma2, .gemma3, .gemma3Text, .qwen2, .qwen3, .phi3:
            return Array(repeating: .dense(width: try file.integer("intermediate_size")), count: layers)
        case .mixtral, .gptOSS:
            let experts = try Self.experts(
                file, count: "num_local_experts", width: "intermediate_size", shared: 0)
            return Array(repeating: experts, count: layers)
        case .qwen3Mixture:
            let experts = try Self.experts(file, count: "num_experts", width: "moe_intermediate_size", shared: 0)
            let dense = FeedForward.dense(width: try file.integer("intermediate_size"))
            let step = try file.integer("decoder_sparse_step", default: 1)
            let denseLayers = try file.integers("mlp_only_layers") ?? []
            return (0..<layers).map {
                denseLayers.contains($0) || !($0 + 1).isMultiple(of: step) ? dense : experts
            }
        case .deepSeekV3:
            let experts = try Self.experts(
                file, count: "n_routed_experts", width: "moe_intermediate_size",
                shared: try file.integer("n_shared_experts", default: 0, minimum: 0))
            let dense = FeedForward.dense(width: try file.integer("intermediate_size"))
            let first = try file.integer("first_k_dense_replace", minimum: 0)
            let step = try file.integer("moe_layer_freq", default: 1)
            return (0..<layers).map { $0 >= first && $0.isMultiple(of: step) ? experts : dense }
        case .llama4, .llama4Text:
            let experts = try Self.experts(file, count: "num_local_experts", width: "intermediate_size", shared: 1)
            let dense = FeedForward.dense(width: try file.integer("intermediate_size_mlp", default: 16384))
            let step = try file.integer("interleave_moe_layer_step", default: 1)
            let listed = try file.integers("moe_layers")
            return (0..<layers).map {
                listed?.contains($0) ?? ($0 + 1).isMultiple(of: step) ? experts : dense
            }
        }
    }

    private static func experts(
        _ file: ConfigurationFile, count: String, width: String, shared: Int
    ) throws(ConfigurationError) -> FeedForward {
        let total = try file.integer(count)
        let active = try file.integer("num_experts_per_tok")
        guard active <= total else {
            throw .wrongValue(file: file.file, field: "num_experts_per_tok", expected: "at most \(count), \(total)")
        }
        return .experts(
            FeedForward.Experts(count: total, active: active, shared: shared, width: try file.integer(width)))
    }

    func attention(_ file: ConfigurationFile, hidden: Int) throws(ConfigurationError) -> AttentionDimensions {
        if self == .deepSeekV3 {
            return .latent(
                AttentionDimensions.Latent(
                    queryHeads: try file.integer("num_attention_heads"),
                    queryRank: file.has("q_lora_rank") ? try file.integer("q_lora_rank") : nil,
                    keyValueRank: try file.integer("kv_lora_rank"),
                    unrotatedDimension: try file.integer("qk_nope_head_dim"),
                    rotatedDimension: try file.integer("qk_rope_head_dim"),
                    valueDimension: try file.integer("v_head_dim")))
        }
        // Releases of Gemma 3 leave out what equals the defaults of their class.
        let isGemma3 = self == .gemma3 || self == .gemma3Text
        let heads = try file.integer("num_attention_heads", default: isGemma3 ? 8 : nil)
        let keyValueHeads = try file.integer("num_key_value_heads", default: isGemma3 ? 4 : heads)
        guard heads.isMultiple(of: keyValueHeads) else {
            throw .wrongValue(
                file: file.file, field: "num_key_value_heads", expected: "a divisor of num_attention_heads, \(heads)")
        }
        let ordinary: Int? = hidden.isMultiple(of: heads) ? hidden / heads : nil
        let dimension = try file.integer("head_dim", default: isGemma3 || self == .gemma2 ? 256 : ordinary)
        return .grouped(queryHeads: heads, keyValueHeads: keyValueHeads, headDimension: dimension)
    }
}
