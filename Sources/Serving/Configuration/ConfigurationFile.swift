import Foundation

/// A `config.json` taken apart: the language model's own fields, what is said outside of them, and how weights are stored.
struct ConfigurationFile {
    /// Name for messages.
    let file: String
    let outer: [String: JSONValue]
    let type: ModelType
    let section: ConfigurationSection
    let cautions: [String]
    /// False where the type is one of releases that see or hear too.
    let isLanguageModelAlone: Bool

    /// - Parameter treatedAs: the `model_type` to take in place of the file's own.
    init(json: Data, from file: String, treatedAs: String?) throws(ConfigurationError) {
        var reader = JSONReader(json)
        let value: JSONValue
        do { value = try reader.read() } catch {
            throw .notJSON(file: file, line: error.line, column: error.column, reason: error.reason)
        }
        guard case .object(let outer) = value else { throw .notAnObject(file: file) }
        try self.init(fields: outer, from: file, treatedAs: treatedAs, duplicateKeys: reader.duplicateKeys)
    }

    init(
        fields outer: [String: JSONValue], from file: String, treatedAs: String? = nil, duplicateKeys: [String] = []
    ) throws(ConfigurationError) {
        self.file = file
        self.outer = outer
        cautions = Set(duplicateKeys).sorted().map {
            "\(file) has \"\($0)\" more than once in one object; the last is taken, as Python does."
        }
        let inner = Self.textFields(of: outer)
        let name = Self.name(outer)
        let whole = name.flatMap { ModelTypes.shipped.type(named: $0) }
        isLanguageModelAlone = whole?.text == nil
        if treatedAs == nil, let whole, let refusal = whole.refusal {
            throw .notADecoder(file: file, name: whole.name, reason: refusal)
        }
        guard let named = treatedAs ?? Self.name(inner ?? [:]) ?? whole?.text ?? name else {
            throw .missing(file: file, field: "model_type", type: nil)
        }
        guard let type = ModelTypes.shipped.type(named: named) else { throw .unknownType(file: file, name: named) }
        if let refusal = type.refusal { throw .notADecoder(file: file, name: named, reason: refusal) }
        self.type = type
        // What the language model does not say of itself may be said for the whole checkpoint.
        let shared = ["tie_word_embeddings", "torch_dtype", "dtype", "quantization_config"]
        let fields = (inner ?? outer).merging(outer.filter { shared.contains($0.key) }) { own, _ in own }
        section = ConfigurationSection(file: file, fields: fields, type: type)
        // The class would take another language model than the one that it takes where only some fields are missing.
        if !isLanguageModelAlone, inner == nil, section.stated("hidden_size") == nil {
            throw .missing(file: file, field: "text_config", type: name)
        }
        try refuseEncoders()
        try refuseNamesOfOtherTypes(fields)
    }

    /// Fields that decide every figure, and that a class fills in by itself where a file calls them otherwise.
    private static let deciding = [
        "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "intermediate_size",
        "n_routed_experts",
    ]

    /// A class ignores the names of other classes and takes its defaults, which makes a small file another model.
    private func refuseNamesOfOtherTypes(_ fields: [String: JSONValue]) throws(ConfigurationError) {
        let own = Set(type.keys.values.joined()).union(type.keys.keys).union(type.defaults.keys)
        for field in Self.deciding where section.stated(field) == nil {
            for (name, types) in ModelTypes.shipped.otherNames(of: field).sorted(by: { $0.key < $1.key }) {
                guard let value = fields[name], case .number(let number) = value, number > 1, !own.contains(name),
                    !Self.deciding.contains(name)
                else { continue }
                throw .nameOfAnotherType(
                    file: file, name: name, value: value.shown, field: field, type: type.name, types: types.sorted())
            }
        }
    }

    private static func name(_ fields: [String: JSONValue]) -> String? {
        guard case .string(let name)? = fields["model_type"], !name.isEmpty else { return nil }
        return name
    }

    /// The language model within a release that also sees or hears; nil where the fields stand outside.
    private static func textFields(of outer: [String: JSONValue]) -> [String: JSONValue]? {
        for field in ["text_config", "llm_config", "language_config", "thinker_config"] {
            guard case .object(let inner)? = outer[field] else { continue }
            return textFields(of: inner) ?? inner
        }
        return nil
    }

    /// An encoder has the fields of a decoder, so that it would be planned with if nobody looked.
    private func refuseEncoders() throws(ConfigurationError) {
        func refuse(_ reason: String) -> ConfigurationError {
            .notADecoder(file: file, name: type.name, reason: reason)
        }
        switch section.value("use_bidirectional_attention") {
        case .boolean(true), .string("all"):
            throw refuse("is an encoder here: use_bidirectional_attention means that there is no cache to plan")
        default: break
        }
        if section.value("is_causal") == .boolean(false) {
            throw refuse("is an encoder here: is_causal false means that there is no cache to plan")
        }
        if try section.flag("is_encoder_decoder") {
            throw refuse("is an encoder with a decoder; a plan is for decoders alone")
        }
    }
}
