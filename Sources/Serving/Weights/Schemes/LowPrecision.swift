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

extension WeightScheme {
    /// gpt-oss: experts in MXFP4, everything else as it was.
    static let mxfp4 = WeightScheme(names: ["mxfp4", "gpt_oss_mxfp4"]) { section, plain throws(ConfigurationError) in
        let excepted = [except(try section.texts("modules_to_not_convert") ?? [])].compactMap { $0 }
        return WeightStorage(plain: plain, rules: excepted + [WeightStorage.Rule(.mxfp4, roles: [.expert])])
    }
}

extension WeightScheme {
    /// EETQ and the like: 8-bit integers with a 16-bit scale for each output.
    static let eightBits = WeightScheme(names: ["eetq", "experts_int8"]) { section, plain throws(ConfigurationError) in
        .linear(
            WeightFormat.grouped("int", bits: 8, group: -1), plain: plain,
            except: try section.texts("modules_to_not_convert") ?? [])
    }

    /// Quanto: a number of bits by name, a 16-bit scale for each output, or for 128 elements below 8 bits.
    static let quanto = WeightScheme(names: ["quanto"]) { section, plain throws(ConfigurationError) in
        let format: WeightFormat =
            switch try section.text("weights") {
            case "int2": .grouped("int", bits: 2, group: 128, companions: 32)
            case "int4": .grouped("int", bits: 4, group: 128, companions: 32)
            case "float8": .grouped("fp", bits: 8, group: -1)
            default: .grouped("int", bits: 8, group: -1)
            }
        return .linear(format, plain: plain, except: try section.texts("modules_to_not_convert") ?? [])
    }
}

extension WeightScheme {
    /// BitNet: three values, four of them in a byte, with one scale for a matrix.
    static let bitNet = WeightScheme(names: ["bitnet"]) { section, plain throws(ConfigurationError) in
        .linear(
            WeightFormat("ternary", bits: 2, [WeightFormat.Companion(bits: 16, for: .matrix)]), plain: plain,
            except: try section.texts("modules_to_not_convert") ?? [])
    }
}
