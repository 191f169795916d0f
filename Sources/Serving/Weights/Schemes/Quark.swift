extension WeightScheme {
    /// AMD's Quark: a form for all weights, other forms for layers by pattern, and what is left as it is.
    static let quark = WeightScheme(names: ["quark"]) { section, plain throws(ConfigurationError) in
        var rules = [except(try section.texts("exclude") ?? [])].compactMap { $0 }
        if let layers = section.section("layer_quant_config") {
            for pattern in layers.names.sorted() {
                guard let weight = layers.section(pattern)?.section("weight") else { continue }
                rules.append(
                    WeightStorage.Rule(
                        try format(weight), roles: Set(WeightMatrix.Role.allCases), modules: [pattern]))
            }
        }
        if let weight = section.section("global_quant_config")?.section("weight") {
            rules.append(
                WeightStorage.Rule(try format(weight), roles: WeightMatrix.Role.linear.union([.head])))
        }
        return WeightStorage(plain: plain, rules: rules)
    }

    private static func format(_ weight: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
        let type = try weight.text("dtype") ?? "fp8_e4m3"
        let size = try weight.optionalInteger("group_size") ?? 32
        let isGrouped = try weight.text("qscheme") == "per_group"
        if type == "fp4" { return .mxfp4 }
        let bits = type.contains("4") && type.hasPrefix("int") || type == "uint4" ? 4 : 8
        let extent: WeightFormat.Companion.Extent =
            switch try weight.text("qscheme") {
            case "per_group": .group(size)
            case "per_channel": .row
            default: .matrix
            }
        let name = type.hasPrefix("fp8") ? "fp8" : type
        return WeightFormat(
            isGrouped ? "\(name)-g\(size)" : name, bits: Double(bits), [WeightFormat.Companion(bits: 16, for: extent)])
    }
}
