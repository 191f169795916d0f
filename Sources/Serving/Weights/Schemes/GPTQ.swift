extension WeightScheme {
    /// GPTQ: integers with a float16 scale and a zero point of their own width for each group of inputs, and for each
    /// input the number of its group. Routers are not among the layers that it quantises.
    static let gptq = WeightScheme(names: ["gptq"]) { section, plain throws(ConfigurationError) in
        let bits = try section.integer("bits")
        let format = WeightFormat(
            "int\(bits)-\(try groupName(section))", bits: Double(bits),
            [
                WeightFormat.Companion(bits: 16 + Double(bits), for: try extent(section)),
                WeightFormat.Companion(bits: 32, for: .column),
            ])
        let head = try section.flag("lm_head") ? [WeightStorage.Rule(format, roles: [.head])] : []
        let linear = WeightStorage.linear(
            format, plain: plain, except: try section.texts("modules_to_not_convert") ?? [],
            cautions: section.section("dynamic").map { _ in
                ["Rules of \"dynamic\" in the quantisation are not read: layers may be stored otherwise."]
            } ?? [])
        return WeightStorage(plain: plain, rules: head + linear.rules, cautions: linear.cautions)
    }

    /// Groups of inputs; −1 is one group for all of them.
    static func extent(_ section: ConfigurationSection) throws(ConfigurationError) -> WeightFormat.Companion.Extent {
        guard let size = try section.optionalInteger("group_size", minimum: -1), size > 0 else { return .row }
        return .group(size)
    }

    static func groupName(_ section: ConfigurationSection) throws(ConfigurationError) -> String {
        guard let size = try section.optionalInteger("group_size", minimum: -1), size > 0 else { return "row" }
        return "g\(size)"
    }
}
