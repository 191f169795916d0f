extension WeightScheme {
    /// AutoRound writes integers in the form of GPTQ or AWQ.
    static let autoRound = WeightScheme(names: ["auto-round", "auto_round", "intel/auto-round"]) {
        section, plain throws(ConfigurationError) in
        let bits = try section.integer("bits")
        let size = try section.optionalInteger("group_size", minimum: -1) ?? 128
        let format = WeightFormat.grouped("int", bits: bits, group: size, companions: 16 + Double(bits))
        return .linear(
            format, plain: plain, except: try section.texts("modules_to_not_convert") ?? [],
            cautions: section.section("extra_config").map { _ in
                ["Layers that extra_config of the quantisation stores otherwise are counted like the rest."]
            } ?? [])
    }
}
