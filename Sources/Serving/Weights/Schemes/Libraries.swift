extension WeightScheme {
    /// bitsandbytes: 8 bits with a float32 scale for each output, or 4 bits with a float32 scale for 64 elements, which
    /// double quantisation brings down to 8 bits and a float32 for 256 of those. Routers are linear layers to it.
    static let bitsAndBytes = WeightScheme(names: ["bitsandbytes"]) { section, plain throws(ConfigurationError) in
        let skipped = try section.texts("llm_int8_skip_modules") ?? []
        let storage = WeightStorage.linear(try bitsAndBytesFormat(section), plain: plain, except: skipped)
        return WeightStorage(
            plain: plain,
            rules: storage.rules.map { rule in
                rule.format == nil ? rule : .init(rule.format, roles: rule.roles.union([.router, .tower]))
            })
    }

    private static func bitsAndBytesFormat(_ section: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
        let is4Bit = try section.flag(section.has("load_in_4bit") ? "load_in_4bit" : "_load_in_4bit")
        guard is4Bit else { return WeightFormat("int8", bits: 8, [WeightFormat.Companion(bits: 32, for: .row)]) }
        let isDouble = try section.flag("bnb_4bit_use_double_quant")
        let scale = isDouble ? 8 + 32.0 / 256 : 32
        return WeightFormat(
            try section.text("bnb_4bit_quant_type") ?? "fp4", bits: 4,
            [WeightFormat.Companion(bits: scale, for: .group(64))])
    }
}

extension WeightScheme {
    /// torchao: a name of a configuration class with its arguments, in the form of newer or older files.
    static let torchAO = WeightScheme(names: ["torchao"]) { section, plain throws(ConfigurationError) in
        let inner = section.section("quant_type")?.section("default")
        let name = inner == nil ? try section.text("quant_type") : try inner?.text("_type")
        let arguments = inner?.section("_data") ?? section.section("quant_type_kwargs") ?? section
        let size = try arguments.optionalInteger("group_size") ?? 128
        let format: WeightFormat? =
            switch (name ?? "").lowercased() {
            case let name where name.contains("int4weight") || name.contains("int4_weight"):
                .grouped("int", bits: 4, group: size, companions: 32)
            case let name where name.contains("float8"): .grouped("fp", bits: 8, group: -1, companions: 32)
            case let name where name.contains("int8"): .grouped("int", bits: 8, group: -1)
            default: nil
            }
        guard let format else {
            return WeightStorage(
                plain: plain, rules: [],
                cautions: ["The torchao type of the quantisation is not known: give --weight-type."])
        }
        return .linear(format, plain: plain, except: try section.texts("modules_to_not_convert") ?? [])
    }
}

extension WeightScheme {
    /// MLX: everything that is a matrix, embeddings and routers too, in groups with a 16-bit scale and bias; layers by name
    /// may have other bits, or none.
    static let mlx = WeightScheme(names: ["mlx"]) { section, plain throws(ConfigurationError) in
        var everything = Set(WeightMatrix.Role.allCases)
        everything.subtract([.tower, .other])
        var rules: [WeightStorage.Rule] = []
        for name in section.names.sorted() {
            if section.value(name) == .boolean(false) {
                rules.append(WeightStorage.Rule(nil, roles: everything, modules: [name]))
            } else if let own = section.section(name), own.has("bits") {
                rules.append(WeightStorage.Rule(try mlxFormat(own), roles: everything, modules: [name]))
            }
        }
        return WeightStorage(
            plain: plain, rules: rules + [WeightStorage.Rule(try mlxFormat(section), roles: everything)])
    }

    private static func mlxFormat(_ section: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
        switch try section.text("mode") {
        case "mxfp4": return .mxfp4
        case "nvfp4": return .nvfp4
        case "mxfp8": return WeightFormat("mxfp8", bits: 8, [WeightFormat.Companion(bits: 8, for: .group(32))])
        default:
            return .grouped(
                "int", bits: try section.integer("bits"), group: try section.integer("group_size"), companions: 32)
        }
    }
}
