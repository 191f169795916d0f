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
                rules.append(WeightStorage.Rule(try format(own), roles: everything, modules: [name]))
            }
        }
        return WeightStorage(
            plain: plain, rules: rules + [WeightStorage.Rule(try format(section), roles: everything)])
    }

    private static func format(_ section: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
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
