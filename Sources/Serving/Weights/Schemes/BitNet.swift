extension WeightScheme {
    /// BitNet: three values, four of them in a byte, with one scale for a matrix.
    static let bitNet = WeightScheme(names: ["bitnet"]) { section, plain throws(ConfigurationError) in
        .linear(
            WeightFormat("ternary", bits: 2, [WeightFormat.Companion(bits: 16, for: .matrix)]), plain: plain,
            except: try section.texts("modules_to_not_convert") ?? [])
    }
}
