/// One way of quantising weights as releases publish it: reads its section of a configuration. Each has a file of its own
/// and a row in `WeightScheme.all`.
struct WeightScheme: Sendable {
    /// `quant_method` of the section; several where tools write the same form.
    let names: [String]
    let storage: @Sendable (ConfigurationSection, WeightFormat) throws(ConfigurationError) -> WeightStorage

    static let all = [
        gptq, awq, autoRound, bitsAndBytes, compressedTensors, fp8, fbgemm, modelOpt, quark, mxfp4, mlx, hqq, aqlm,
        exl2,
        eightBits, quanto, torchAO, bitNet,
    ]

    static func named(_ name: String) -> WeightScheme? { all.first { $0.names.contains(name) } }
}

extension WeightStorage {
    /// Linear layers of the decoder in one format, but for what is excepted; embeddings, head and routers stay as they are.
    static func linear(
        _ format: WeightFormat, plain: WeightFormat, except: [String], cautions: [String] = []
    ) -> WeightStorage {
        let exceptions =
            except.isEmpty ? [] : [Rule(nil, roles: Set(WeightMatrix.Role.allCases), modules: except)]
        return WeightStorage(
            plain: plain, rules: exceptions + [Rule(format, roles: WeightMatrix.Role.linear)], cautions: cautions)
    }
}

extension WeightFormat {
    /// Integers or floats of some bits, and for each group of inputs a scale and perhaps a zero point.
    /// - Parameter companions: bits of both; those of a scale of 16 bits where nothing else is said.
    static func grouped(
        _ name: String, bits: Int, group: Int, companions: Double = 16
    ) -> WeightFormat {
        let extent = group > 0 ? Companion.Extent.group(group) : .row
        let beside = [Companion(bits: companions, for: extent)]
        return WeightFormat("\(name)\(bits)\(group > 0 ? "-g\(group)" : "")", bits: Double(bits), beside)
    }

    static let fp8PerTensor = WeightFormat("fp8", bits: 8, [Companion(bits: 32, for: .matrix)])
    /// NVIDIA's: an 8-bit scale for 16 elements and a float32 for the matrix.
    static let nvfp4 = WeightFormat(
        "nvfp4", bits: 4, [Companion(bits: 8, for: .group(16)), Companion(bits: 32, for: .matrix)])
    /// OCP's: an 8-bit exponent for 32 elements.
    static let mxfp4 = WeightFormat("mxfp4", bits: 4, [Companion(bits: 8, for: .group(32))])
}
