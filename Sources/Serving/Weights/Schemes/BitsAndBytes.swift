extension WeightScheme {
    /// bitsandbytes: 8 bits with a float32 scale for each output, or 4 bits with a float32 scale for 64 elements, which
    /// double quantisation brings down to 8 bits and a float32 for 256 of those. Routers are linear layers to it.
    static let bitsAndBytes = WeightScheme(names: ["bitsandbytes"]) { section, plain throws(ConfigurationError) in
        let skipped = try section.texts("llm_int8_skip_modules") ?? []
        let storage = WeightStorage.linear(try format(section), plain: plain, except: skipped)
        return WeightStorage(
            plain: plain,
            rules: storage.rules.map { rule in
                rule.format == nil ? rule : .init(rule.format, roles: rule.roles.union([.router, .tower]))
            })
    }

    private static func format(_ section: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
        let is4Bit = try section.flag(section.has("load_in_4bit") ? "load_in_4bit" : "_load_in_4bit")
        guard is4Bit else { return WeightFormat("int8", bits: 8, [WeightFormat.Companion(bits: 32, for: .row)]) }
        let isDouble = try section.flag("bnb_4bit_use_double_quant")
        let scale = isDouble ? 8 + 32.0 / 256 : 32
        return WeightFormat(
            try section.text("bnb_4bit_quant_type") ?? "fp4", bits: 4,
            [WeightFormat.Companion(bits: scale, for: .group(64))])
    }
}
