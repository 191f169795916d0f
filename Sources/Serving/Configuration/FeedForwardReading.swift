import Statistics

/// Reads the feed-forward half of each layer: dense, or experts in the layers that the class gives them.
struct FeedForwardReading {
    let section: ConfigurationSection
    let type: ModelType

    /// More than any model has.
    static let mostExperts = 1 << 16

    /// Nil where the model has no experts.
    private var experts: FeedForward? {
        get throws(ConfigurationError) {
            let given = try section.optionalInteger("n_routed_experts", minimum: 0, maximum: Self.mostExperts)
            guard let count = given, count > 0 else { return nil }
            let active = try section.integer("num_experts_per_tok")
            guard active <= count else {
                throw section.wrong("num_experts_per_tok", expected: "at most the number of experts, \(count)")
            }
            return .experts(
                FeedForward.Experts(
                    count: count, active: active,
                    shared: try section.optionalInteger("n_shared_experts", minimum: 0) ?? 0,
                    width: try section.integer("moe_intermediate_size"),
                    sharedWidth: try section.optionalInteger("shared_expert_intermediate_size", minimum: 0),
                    isGated: type.isGated, latentWidth: try section.optionalInteger("moe_latent_size")))
        }
    }

    /// Gemma 4 may double the width of the layers that share an earlier layer's cache.
    private func dense(layer: Int, of count: Int) throws(ConfigurationError) -> FeedForward {
        let shared = try section.optionalInteger("num_kv_shared_layers", minimum: 0) ?? 0
        let isShared = layer >= count - shared
        let isDouble = isShared ? try section.flag("use_double_wide_mlp") : false
        return .dense(width: try denseWidth(layer: layer) * (isDouble ? 2 : 1), isGated: type.isGated)
    }

    private func denseWidth(layer: Int) throws(ConfigurationError) -> Int {
        if let width = try section.optionalInteger("dense_intermediate_size") { return width }
        if case .array? = section.value("intermediate_size"), let widths = try section.integers("intermediate_size"),
            layer < widths.count, widths[layer] >= 1, widths[layer] <= ConfigurationSection.largest
        {
            return widths[layer]
        }
        if let width = try section.optionalInteger("intermediate_size") {
            return try adjusted(width) / divisor
        }
        guard let factor = try section.optionalInteger("intermediate_factor") else {
            throw .missing(file: section.file, field: "intermediate_size", type: type.name)
        }
        return try factor * section.integer("hidden_size") / divisor
    }

    /// Some classes give the width of both halves of the gate together.
    private var divisor: Int {
        get throws(ConfigurationError) { try section.optionalInteger("intermediate_divisor") ?? 1 }
    }

    /// LFM2 gives the width before it is cut to two thirds and rounded up.
    private func adjusted(_ width: Int) throws(ConfigurationError) -> Int {
        guard try section.flag("block_auto_adjust_ff_dim") else { return width }
        let multiplier = try section.number("block_ffn_dim_multiplier") ?? 1
        let multiple = try section.integer("block_multiple_of")
        let wanted = Int(saturating: multiplier * Double(2 * width / 3))
        guard (1...ConfigurationSection.largest) ~= wanted else {
            throw section.wrong(
                "block_ffn_dim_multiplier", expected: "a number that leaves a width that a model can have")
        }
        return (wanted + multiple - 1) / multiple * multiple
    }

    /// What says nothing where all layers have experts, or none has, or where a list tells which.
    private static let conditionalFields = [
        "decoder_sparse_step", "dense_intermediate_size", "expert_layer_offset", "expert_layer_period",
        "first_k_dense_replace", "intermediate_factor", "intermediate_size", "last_expert_layer", "mlp_only_layers",
        "moe_intermediate_size", "moe_layer_freq", "n_shared_experts", "num_experts_per_tok",
        "shared_expert_intermediate_size",
    ]

    /// One for each slot; nil where the layer has none.
    func feedForwards(_ slots: [LayerSlot]) throws(ConfigurationError) -> [FeedForward?] {
        section.settled(Self.conditionalFields)
        let (experts, isSparse) = (try experts, try sparseLayers(slots.count))
        var feedForwards: [FeedForward?] = []
        for (layer, slot) in slots.enumerated() {
            switch slot {
            case .attention, .recurrence, .both:
                if type.layers == .letters || (slot == .recurrence && section.has("num_mem_blocks")) {
                    feedForwards.append(nil)
                } else if let experts, isSparse[layer] {
                    feedForwards.append(experts)
                } else {
                    feedForwards.append(try dense(layer: layer, of: slots.count))
                }
            case .feedForward: feedForwards.append(try dense(layer: layer, of: slots.count))
            case .experts:
                guard let experts else { throw section.wrong("n_routed_experts", expected: "at least 1") }
                feedForwards.append(experts)
            }
        }
        return feedForwards
    }

    /// Which layers have experts, by all the fields with which classes say it.
    private func sparseLayers(_ count: Int) throws(ConfigurationError) -> [Bool] {
        if let names = try section.texts("mlp_layer_types") {
            return (0..<count).map { $0 < names.count && names[$0] == "sparse" }
        }
        if let listed = try section.integers("moe_layers") { return (0..<count).map { listed.contains($0) } }
        if case .array? = section.value("moe_layer_freq"), let flags = try section.integers("moe_layer_freq") {
            return (0..<count).map { $0 < flags.count && flags[$0] != 0 }
        }
        let first = try section.optionalInteger("first_k_dense_replace", minimum: 0) ?? 0
        let frequency = try section.optionalInteger("moe_layer_freq") ?? 1
        let step = try section.optionalInteger("decoder_sparse_step") ?? 1
        let offset = try section.optionalInteger("expert_layer_offset", minimum: 0) ?? 0
        let period = try section.optionalInteger("expert_layer_period") ?? 1
        let dense = Set(try section.integers("mlp_only_layers") ?? [])
        let last = try section.optionalInteger("last_expert_layer", minimum: 0) ?? count
        return (0..<count).map {
            $0 >= first && $0 <= last && $0.isMultiple(of: frequency) && ($0 + 1).isMultiple(of: step)
                && $0 % period == offset % period && !dense.contains($0)
        }
    }
}
