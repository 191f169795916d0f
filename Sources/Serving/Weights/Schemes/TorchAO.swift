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
