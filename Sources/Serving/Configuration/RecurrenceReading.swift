/// Reads the recurrent layers of a hybrid.
struct RecurrenceReading {
    let section: ConfigurationSection
    let kind: ModelType.RecurrenceKind

    func recurrence(hidden: Int) throws(ConfigurationError) -> Recurrence {
        section.settled(["mamba_d_ssm", "mamba_expand", "mamba_head_dim"])
        switch kind {
        case .mamba:
            return .mamba(
                Recurrence.Mamba(
                    inner: try section.integer("mamba_expand", maximum: 64) * hidden, state: try size("mamba_d_state"),
                    convolution: try size("mamba_d_conv"), stepRank: try stepRank(hidden: hidden)))
        case .mamba2:
            let heads = try size("mamba_num_heads")
            return .mamba2(
                Recurrence.Mamba2(
                    heads: heads, headDimension: try headDimension(hidden: hidden, heads: heads),
                    state: try size("ssm_state_size"), groups: try size("n_groups"),
                    convolution: try size("conv_kernel")))
        case .gatedDelta:
            return .gatedDelta(
                Recurrence.GatedDelta(
                    keyHeads: try size("linear_num_key_heads"),
                    valueHeads: try size("linear_num_value_heads"),
                    keyDimension: try size("linear_key_head_dim"),
                    valueDimension: try size("linear_value_head_dim"),
                    convolution: try size("linear_conv_kernel_dim")))
        case .kimiDelta:
            return .kimiDelta(
                heads: try size("linear_num_value_heads"),
                headDimension: try size("linear_value_head_dim"),
                convolution: try size("linear_conv_kernel_dim"))
        case .lightning:
            let heads = try size("num_attention_heads")
            return .lightning(
                heads: heads,
                headDimension: try section.optionalInteger("head_dim", maximum: 1 << 15) ?? max(1, hidden / heads))
        case .shortConvolution:
            return .shortConvolution(channels: hidden, length: try size("conv_L_cache"))
        }
    }

    /// Products of four of them still fit an integer.
    private func size(_ field: String) throws(ConfigurationError) -> Int {
        try section.integer(field, maximum: 1 << 15)
    }

    /// "auto" is a sixteenth of the hidden size, rounded up.
    private func stepRank(hidden: Int) throws(ConfigurationError) -> Int {
        section.value("mamba_dt_rank") == .string("auto")
            ? (hidden + 15) / 16 : try size("mamba_dt_rank")
    }

    /// "auto", or nothing, shares the inner width among the heads.
    private func headDimension(hidden: Int, heads: Int) throws(ConfigurationError) -> Int {
        if section.has("mamba_head_dim"), section.value("mamba_head_dim") != .string("auto") {
            return try size("mamba_head_dim")
        }
        let inner =
            section.has("mamba_d_ssm")
            ? try section.integer("mamba_d_ssm") : try section.integer("mamba_expand", maximum: 64) * hidden
        guard inner.isMultiple(of: heads) else {
            throw section.wrong("mamba_num_heads", expected: "a divisor of the inner width, \(inner)")
        }
        return inner / heads
    }
}
