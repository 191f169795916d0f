extension WeightScheme {
    /// NVIDIA's ModelOpt: one algorithm for all linear layers, or one for each layer by name. It is said in the
    /// configuration or in hf_quant_config.json.
    static let modelOpt = WeightScheme(names: ["modelopt", "modelopt_fp4", "modelopt_mixed"]) {
        section, plain throws(ConfigurationError) in
        let excepted = try section.texts(ofFirst: ["exclude_modules", "ignore"])
        let roles = WeightMatrix.Role.linear.union([.head])
        var rules = [except(excepted)].compactMap { $0 }
        if let layers = section.section("quantized_layers") {
            rules += try mixed(layers)
        } else {
            rules.append(WeightStorage.Rule(try format(section), roles: roles))
        }
        return WeightStorage(plain: plain, rules: rules)
    }

    /// Layers by name, put together by their algorithm.
    private static func mixed(_ layers: ConfigurationSection) throws(ConfigurationError) -> [WeightStorage.Rule] {
        var modules: [WeightFormat: [String]] = [:]
        for name in layers.names {
            guard let layer = layers.section(name) else { continue }
            modules[try format(layer), default: []].append(name)
        }
        return modules.sorted { $0.key.name < $1.key.name }.map {
            WeightStorage.Rule($0.key, roles: Set(WeightMatrix.Role.allCases), modules: $0.value)
        }
    }

    private static func format(_ section: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
        let name = try section.text("quant_algo") ?? "FP8"
        let size = try section.optionalInteger("group_size") ?? 128
        switch name.uppercased() {
        case "NVFP4", "NVFP4_AWQ", "W4A16_NVFP4": return .nvfp4
        case "MXFP4", "W4A8_MXFP4_FP8": return .mxfp4
        case "W4A16_AWQ", "W4A8_AWQ", "INT4_AWQ": return .grouped("int", bits: 4, group: size)
        case "W8A8_SQ_PER_CHANNEL", "W8A16", "INT8": return WeightFormat.grouped("int", bits: 8, group: -1)
        case "FP8_PB_WO", "FP8_BLOCK":
            return WeightFormat(
                "fp8", bits: 8, [WeightFormat.Companion(bits: 32, for: .block(rows: 128, columns: 128))])
        case "FP8_PER_CHANNEL_PER_TOKEN":
            return WeightFormat("fp8", bits: 8, [WeightFormat.Companion(bits: 32, for: .row)])
        case "FP8", "MXFP8": return .fp8PerTensor
        default:
            throw section.wrong("quant_algo", expected: "an algorithm that is known, such as FP8, NVFP4 or W4A16_AWQ")
        }
    }
}
