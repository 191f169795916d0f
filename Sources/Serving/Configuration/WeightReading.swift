import Foundation

/// Reads how the weights of a configuration are stored.
struct WeightReading {
    let file: ConfigurationFile
    /// `hf_quant_config.json`, which NVIDIA's releases have beside the configuration.
    let sideFile: Data?

    func storage() throws(ConfigurationError) -> WeightStorage {
        let plain = WeightFormat(try type())
        guard let (scheme, section) = try scheme() else { return WeightStorage(plain: plain, rules: []) }
        guard let known = WeightScheme.named(scheme) else {
            return WeightStorage(
                plain: plain, rules: [],
                cautions: [
                    "The quantisation \"\(scheme)\" is not known: weights are counted as if there were none. Give "
                        + "--weight-type."
                ])
        }
        return try known.storage(section, plain)
    }

    /// The type in which the release was trained and in which it leaves what it does not quantise.
    private func type() throws(ConfigurationError) -> StorageType {
        let field = file.section.has("torch_dtype") ? "torch_dtype" : "dtype"
        switch try file.section.text(field) {
        case "float32", "float": return .fp32
        case "float16", "half": return .fp16
        case "float8_e4m3fn": return .fp8
        default: return .bf16
        }
    }

    /// Name and section of the quantisation, wherever the release says it; nil where it has none.
    private func scheme() throws(ConfigurationError) -> (String, ConfigurationSection)? {
        if let section = file.section.section("quantization_config") {
            let given = try section.text("quant_method")
            if let name = given ?? Self.guess(section) { return (name, section) }
        }
        for field in ["compression_config", "quantization"] {
            guard case .object(let fields)? = file.outer[field] else { continue }
            let section = ConfigurationSection(file: file.file, fields: fields, type: .bare(named: field))
            return (field == "quantization" ? "mlx" : "compressed-tensors", section)
        }
        if let section = file.section.section("quantization_config") { return ("without a quant_method", section) }
        return try side()
    }

    /// Older files of bitsandbytes name no method.
    private static func guess(_ section: ConfigurationSection) -> String? {
        section.has("load_in_4bit") || section.has("load_in_8bit")
            ? "bitsandbytes" : section.has("quant_algo") ? "modelopt" : nil
    }

    private func side() throws(ConfigurationError) -> (String, ConfigurationSection)? {
        guard let sideFile else { return nil }
        var reader = JSONReader(sideFile)
        let name = "hf_quant_config.json"
        let value: JSONValue
        do { value = try reader.read() } catch {
            throw .notJSON(file: name, line: error.line, column: error.column, reason: error.reason)
        }
        guard case .object(let fields) = value, case .object(let inner)? = fields["quantization"] else {
            throw .missing(file: name, field: "quantization", type: nil)
        }
        return ("modelopt", ConfigurationSection(file: name, fields: inner, type: .bare(named: name)))
    }
}
