import Attention

/// Reads the attention of each layer.
struct AttentionReading {
    let section: ConfigurationSection
    let hidden: Int
    let slots: [LayerSlot]

    /// Nil where the layer does not attend.
    func attention(layer: Int) throws(ConfigurationError) -> AttentionLayer? {
        guard let mask = slots[layer].mask else { return nil }
        if section.has("kv_lora_rank") {
            return AttentionLayer(.latent(try latent()), mask: mask, selection: try selection(layer: layer))
        }
        let isGlobal = mask == .causal
        let input = section.has("num_mem_blocks") ? 2 * hidden : nil
        return AttentionLayer(
            try grouped(layer: layer, width: input ?? hidden), mask: mask,
            variations: try variations(layer: layer, isGlobal: isGlobal), selection: try selection(layer: layer),
            inputWidth: input)
    }

    private func latent() throws(ConfigurationError) -> AttentionDimensions.Latent {
        section.settled(["head_dim", "num_key_value_heads", "qk_head_dim"])
        return AttentionDimensions.Latent(
            queryHeads: try section.integer("num_attention_heads"),
            queryRank: try section.optionalInteger("q_lora_rank"), keyValueRank: try section.integer("kv_lora_rank"),
            unrotatedDimension: try section.integer("qk_nope_head_dim"),
            rotatedDimension: try section.integer("qk_rope_head_dim"),
            valueDimension: try section.integer("v_head_dim"))
    }

    private func grouped(layer: Int, width: Int) throws(ConfigurationError) -> AttentionDimensions {
        let isGlobal = slots[layer].mask == .causal
        let heads = try queryHeads(layer: layer, isGlobal: isGlobal)
        let keyValueHeads = try keyValueHeads(isGlobal: isGlobal, heads: heads)
        guard heads.isMultiple(of: keyValueHeads) else {
            throw section.wrong("num_key_value_heads", expected: "a divisor of num_attention_heads, \(heads)")
        }
        let fields = isGlobal ? ["global_head_dim", "head_dim"] : ["head_dim"]
        guard let dimension = try section.optionalInteger(ofFirst: fields) else {
            guard width.isMultiple(of: heads) else {
                throw section.wrong(
                    "num_attention_heads", expected: "a divisor of \(width), where there is no head_dim")
            }
            return .grouped(queryHeads: heads, keyValueHeads: keyValueHeads, headDimension: width / heads)
        }
        return .grouped(queryHeads: heads, keyValueHeads: keyValueHeads, headDimension: dimension)
    }

    /// One number for all layers, another for those with a window, or one for each layer.
    private func queryHeads(layer: Int, isGlobal: Bool) throws(ConfigurationError) -> Int {
        let usual = try section.integer("num_attention_heads")
        let windowed = try section.optionalInteger("num_sliding_attention_heads")
        guard let each = try section.integers("num_attention_heads_per_layer") else {
            return isGlobal ? usual : windowed ?? usual
        }
        guard layer < each.count, (1...ConfigurationSection.largest) ~= each[layer] else {
            throw section.wrong("num_attention_heads_per_layer", expected: "a list with the heads of each layer")
        }
        return each[layer]
    }

    /// As many as queries where nothing is said; one where a class has a flag for it.
    private func keyValueHeads(isGlobal: Bool, heads: Int) throws(ConfigurationError) -> Int {
        if isGlobal, try section.flag("attention_k_eq_v"),
            let global = try section.optionalInteger("num_global_key_value_heads")
        {
            return global
        }
        section.settled(["num_key_value_heads"])
        if try section.flag("multi_query"), try !section.flag("new_decoder_architecture") { return 1 }
        if section.value("multi_query_attention") == .boolean(false) { return heads }
        return try section.optionalInteger("num_key_value_heads") ?? heads
    }

    private func variations(layer: Int, isGlobal: Bool) throws(ConfigurationError) -> AttentionLayer.Variations {
        var variations: AttentionLayer.Variations = []
        if try section.flag("attn_output_gate") { variations.insert(.gatedOutput) }
        switch section.value("gating") {
        case nil, .null, .boolean(false): break
        case .boolean(true), .string("per-head"): variations.insert(.gatedHeads)
        default: variations.insert(.gatedOutput)
        }
        if isGlobal, try section.flag("attention_k_eq_v") { variations.insert(.valuesAreKeys) }
        let shared = try section.optionalInteger("num_kv_shared_layers", minimum: 0) ?? 0
        if layer >= slots.count - shared, slots.count > shared {
            variations.insert(.sharedCache)
            if try section.flag("kv_shared_layers_have_no_projections") { variations.insert(.noKeyProjections) }
        }
        return variations
    }

    /// Layers may take the selection of the indexer before them.
    private func selection(layer: Int) throws(ConfigurationError) -> KeySelection? {
        guard let keys = try section.optionalInteger("index_topk") else { return nil }
        let hasIndexer: Bool
        if let types = try section.texts("indexer_types"), layer < types.count {
            hasIndexer = types[layer] == "full"
        } else {
            let frequency = try section.optionalInteger("index_topk_freq") ?? 1
            let offset = try section.optionalInteger("index_skip_topk_offset", minimum: 0) ?? 2
            hasIndexer = max(layer - offset + 1, 0).isMultiple(of: frequency)
        }
        return KeySelection(
            keys: keys, heads: try section.integer("index_n_heads"),
            headDimension: try section.integer("index_head_dim"), hasIndexer: hasIndexer)
    }
}
