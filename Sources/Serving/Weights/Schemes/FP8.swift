extension WeightScheme {
    /// FP8 in blocks with a float32 scale, as DeepSeek publishes it, or with one scale for a matrix.
    static let fp8 = WeightScheme(names: ["fp8"]) { section, plain throws(ConfigurationError) in
        let format: WeightFormat
        if let block = try section.integers("weight_block_size"), block.count == 2, block.allSatisfy({ $0 > 0 }) {
            format = WeightFormat(
                "fp8", bits: 8, [WeightFormat.Companion(bits: 32, for: .block(rows: block[0], columns: block[1]))])
        } else {
            format = .fp8PerTensor
        }
        let excepted = try section.texts(ofFirst: ["modules_to_not_convert", "ignored_layers"])
        return .linear(format, plain: plain, except: excepted)
    }

    /// FBGEMM: FP8 with a float32 scale for each output.
    static let fbgemm = WeightScheme(names: ["fbgemm_fp8"]) { section, plain throws(ConfigurationError) in
        .linear(
            WeightFormat("fp8", bits: 8, [WeightFormat.Companion(bits: 32, for: .row)]), plain: plain,
            except: try section.texts("modules_to_not_convert") ?? [])
    }
}
