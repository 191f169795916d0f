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
