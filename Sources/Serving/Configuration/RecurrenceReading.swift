/// Reads the recurrent layers of a hybrid.
struct RecurrenceReading {
    let section: ConfigurationSection
    let kind: ModelType.RecurrenceKind

    func recurrence(hidden: Int) throws(ConfigurationError) -> Recurrence {
        switch kind {
        case .mamba:
            return .mamba(
                Recurrence.Mamba(
                    inner: try section.integer("mamba_expand") * hidden, state: try section.integer("mamba_d_state"),
                    convolution: try section.integer("mamba_d_conv"), stepRank: try stepRank(hidden: hidden)))
        case .mamba2:
            let heads = try section.integer("mamba_num_heads")
            return .mamba2(
                Recurrence.Mamba2(
                    heads: heads, headDimension: try headDimension(hidden: hidden, heads: heads),
                    state: try section.integer("ssm_state_size"), groups: try section.integer("n_groups"),
                    convolution: try section.integer("conv_kernel")))
        case .gatedDelta:
            return .gatedDelta(
                Recurrence.GatedDelta(
                    keyHeads: try section.integer("linear_num_key_heads"),
                    valueHeads: try section.integer("linear_num_value_heads"),
                    keyDimension: try section.integer("linear_key_head_dim"),
                    valueDimension: try section.integer("linear_value_head_dim"),
                    convolution: try section.integer("linear_conv_kernel_dim")))
        case .kimiDelta:
            return .kimiDelta(
                heads: try section.integer("linear_num_value_heads"),
                headDimension: try section.integer("linear_value_head_dim"),
                convolution: try section.integer("linear_conv_kernel_dim"))
        case .lightning:
            let heads = try section.integer("num_attention_heads")
            return .lightning(
                heads: heads, headDimension: try section.optionalInteger("head_dim") ?? max(1, hidden / heads))
        case .shortConvolution:
            return .shortConvolution(channels: hidden, length: try section.integer("conv_L_cache"))
        }
    }

    /// "auto" is a sixteenth of the hidden size, rounded up.
    private func stepRank(hidden: Int) throws(ConfigurationError) -> Int {
        section.value("mamba_dt_rank") == .string("auto")
            ? (hidden + 15) / 16 : try section.integer("mamba_dt_rank")
    }

    /// "auto", or nothing, shares the inner width among the heads.
    private func headDimension(hidden: Int, heads: Int) throws(ConfigurationError) -> Int {
        if section.has("mamba_head_dim"), section.value("mamba_head_dim") != .string("auto") {
            return try section.integer("mamba_head_dim")
        }
        let inner =
            section.has("mamba_d_ssm")
            ? try section.integer("mamba_d_ssm") : try section.integer("mamba_expand") * hidden
        guard inner.isMultiple(of: heads) else {
            throw section.wrong("mamba_num_heads", expected: "a divisor of the inner width, \(inner)")
        }
        return inner / heads
    }
}
