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
