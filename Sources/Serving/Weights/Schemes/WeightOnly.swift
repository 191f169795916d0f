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

extension WeightScheme {
    /// AQLM: each group of inputs is a sum of entries of codebooks, which each matrix has of its own, with a scale for each
    /// output.
    static let aqlm = WeightScheme(names: ["aqlm"]) { section, plain throws(ConfigurationError) in
        let codebooks = try section.integer("num_codebooks")
        let bits = try section.integer("nbits_per_codebook")
        guard bits <= 16 else { throw section.wrong("nbits_per_codebook", expected: "at most 16") }
        let group =
            Double(try section.integer("in_group_size")) * Double(try section.optionalInteger("out_group_size") ?? 1)
        let format = WeightFormat(
            "aqlm-\(codebooks)x\(bits)", bits: Double(codebooks) * Double(bits) / group,
            [
                WeightFormat.Companion(bits: 16, for: .row),
                WeightFormat.Companion(bits: Double(codebooks) * Double(1 << bits) * group * 16, for: .matrix),
            ])
        return .linear(format, plain: plain, except: try section.texts("linear_weights_not_to_quantize") ?? [])
    }
}

extension WeightScheme {
    /// ExLlama's forms give the average of bits over all linear layers, scales included, and the bits of the head.
    static let exl2 = WeightScheme(names: ["exl2", "exl3"]) { section, plain throws(ConfigurationError) in
        guard let bits = try section.number("bits"), bits > 0, bits <= 16 else {
            throw section.wrong("bits", expected: "a number above 0 and up to 16")
        }
        let head = try section.number("head_bits") ?? 6
        let roles = WeightMatrix.Role.linear.union([.router])
        return WeightStorage(
            plain: plain,
            rules: [
                WeightStorage.Rule(WeightFormat("exl-\(bits)", bits: bits), roles: roles),
                WeightStorage.Rule(WeightFormat("exl-\(head)", bits: head), roles: [.head]),
            ])
    }
}
