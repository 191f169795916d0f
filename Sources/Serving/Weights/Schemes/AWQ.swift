extension WeightScheme {
    /// AWQ: as GPTQ without the numbers of groups; zero points unless it says that there are none.
    static let awq = WeightScheme(names: ["awq"]) { section, plain throws(ConfigurationError) in
        let bits = try section.optionalInteger(ofFirst: ["bits", "w_bit"]) ?? 4
        let hasZeros = section.has("zero_point") ? try section.flag("zero_point") : true
        let size = try section.optionalInteger(ofFirst: ["group_size", "q_group_size"], minimum: -1) ?? 128
        let format = WeightFormat.grouped("int", bits: bits, group: size, companions: hasZeros ? 16 + Double(bits) : 16)
        return .linear(format, plain: plain, except: try section.texts("modules_to_not_convert") ?? [])
    }
}
