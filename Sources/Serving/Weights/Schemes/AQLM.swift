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
