extension WeightScheme {
    /// HQQ: integers with a 16-bit scale and zero point for each group.
    static let hqq = WeightScheme(names: ["hqq"]) { section, plain throws(ConfigurationError) in
        let outer = section.section("quant_config") ?? section
        let weights = outer.section("weight_quant_params") ?? outer
        let size = try weights.optionalInteger("group_size", minimum: -1) ?? -1
        let format = WeightFormat.grouped("int", bits: try weights.integer("nbits"), group: size, companions: 32)
        return .linear(format, plain: plain, except: try section.texts("skip_modules") ?? [])
    }
}
