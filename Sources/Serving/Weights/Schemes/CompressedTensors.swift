extension WeightScheme {
    /// compressed-tensors (LLM Compressor): groups of modules, each with a number of bits and a way to share scales.
    static let compressedTensors = WeightScheme(names: ["compressed-tensors", "compressed_tensors"]) {
        section, plain throws(ConfigurationError) in
        var rules = [except(try section.texts("ignore") ?? [])].compactMap { $0 }
        if try section.text("format") != "dense", let groups = section.section("config_groups") {
            for name in groups.names.sorted() {
                guard let group = groups.section(name) else { continue }
                rules += try rulesOf(group)
            }
        }
        return WeightStorage(plain: plain, rules: rules)
    }

    /// What stays in the plain type, in every role; nil where nothing does.
    static func except(_ modules: [String]) -> WeightStorage.Rule? {
        modules.isEmpty ? nil : WeightStorage.Rule(nil, roles: Set(WeightMatrix.Role.allCases), modules: modules)
    }

    /// "Linear" is every linear layer, the output head among them where it is not ignored.
    private static func rulesOf(_ group: ConfigurationSection) throws(ConfigurationError) -> [WeightStorage.Rule] {
        guard let weights = group.section("weights") else { return [] }
        let format = try format(weights)
        let targets = try group.texts("targets") ?? ["Linear"]
        let classes: Set<String> = ["Linear", "LinearBase", "ParallelLMHead", "FusedMoE"]
        let named = targets.filter { !classes.contains($0) }
        let roles = WeightMatrix.Role.linear.union([.head])
        return
            (named.isEmpty ? [] : [WeightStorage.Rule(format, roles: roles.union([.router, .tower]), modules: named)])
            + (targets.contains { classes.contains($0) } ? [WeightStorage.Rule(format, roles: roles)] : [])
    }

    private static func format(_ weights: ConfigurationSection) throws(ConfigurationError) -> WeightFormat {
        let bits = try weights.integer("num_bits")
        let isFloat = try weights.text("type") == "float"
        let isSymmetric = weights.has("symmetric") ? try weights.flag("symmetric") : true
        let size = try weights.optionalInteger("group_size", minimum: -1) ?? -1
        let zero: Double = isSymmetric ? 0 : Double(bits)
        let strategy = try weights.text("strategy") ?? (size > 0 ? "group" : "tensor")
        if isFloat, bits == 4 { return size == 32 ? .mxfp4 : .nvfp4 }
        let extent: WeightFormat.Companion.Extent =
            switch strategy {
            case "channel": .row
            case "group", "tensor_group": size > 0 ? .group(size) : .row
            case "block":
                if let block = try weights.integers("block_structure"), block.count == 2, block.allSatisfy({ $0 > 0 }) {
                    .block(rows: block[0], columns: block[1])
                } else {
                    .block(rows: 128, columns: 128)
                }
            default: .matrix
            }
        let suffix = size > 0 ? "-g\(size)" : ""
        return WeightFormat(
            "\(isFloat ? "fp" : "int")\(bits)\(suffix)", bits: Double(bits),
            [WeightFormat.Companion(bits: 16 + zero, for: extent)])
    }
}
