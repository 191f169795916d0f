import Foundation

extension Model {
    /// A model as a Hugging Face `config.json` describes it.
    public init(configurationAt path: String) throws(ConfigurationError) {
        guard let json = FileManager.default.contents(atPath: path) else { throw .unreadable(file: path) }
        try self.init(configuration: json, from: path)
    }

    /// - Parameter file: the name for messages; the model takes its own from it.
    public init(configuration json: Data, from file: String) throws(ConfigurationError) {
        let configuration = try ConfigurationFile(json: json, from: file)
        guard let architecture = HuggingFaceArchitecture(rawValue: configuration.architecture) else {
            throw .unknownArchitecture(file: file, name: configuration.architecture)
        }
        let isGemma = configuration.architecture.hasPrefix("gemma")
        let isGemma3 = configuration.architecture.hasPrefix("gemma3")
        let hidden = try configuration.integer("hidden_size")
        let layers = try configuration.integer("num_hidden_layers")
        for (field, value) in [("hidden_size", hidden), ("num_hidden_layers", layers)] where value < 1 {
            throw .wrongValue(file: file, field: field, expected: "at least 1")
        }
        let masks = try architecture.masks(configuration, layers: layers)
        let feedForwards = try architecture.feedForwards(configuration, layers: layers)
        let weights = Self.weights(configuration)
        self.init(
            id: file, name: "\(configuration.architecture) model of \(file)", hidden: hidden,
            vocabulary: try configuration.integer("vocab_size", default: isGemma3 ? 262_208 : nil),
            tiedEmbeddings: try configuration.flag("tie_word_embeddings", default: isGemma),
            attention: try architecture.attention(configuration, hidden: hidden),
            layers: zip(masks, feedForwards).map(Layer.init),
            declaredContext: try configuration.integer("max_position_embeddings", default: isGemma3 ? 131_072 : nil),
            weights: weights.types, sources: [file], notes: weights.note.map { [$0] } ?? [])
    }

    private static func weights(_ configuration: ConfigurationFile) -> (types: WeightTypes, note: String?) {
        switch configuration.quantizationMethod {
        case nil: (WeightTypes(.bf16), nil)
        case "fp8": (WeightTypes(.fp8), nil)
        case "mxfp4": (WeightTypes(dense: .bf16, experts: .mxfp4), nil)
        case .some(let method):
            (
                WeightTypes(.bf16),
                "quantization \"\(method)\" is not known: weights are counted in 16 bits; give --weight-type"
            )
        }
    }
}
