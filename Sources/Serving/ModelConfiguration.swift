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
        let masks = try architecture.masks(configuration, layers: layers)
        let feedForwards = try architecture.feedForwards(configuration, layers: layers)
        let vocabulary = try configuration.integer("vocab_size", default: isGemma3 ? 262_208 : nil)
        let attention = try architecture.attention(configuration, hidden: hidden)
        guard Self.isCountable(hidden: hidden, vocabulary: vocabulary, attention, feedForwards) else {
            throw .wrongValue(file: file, field: "hidden_size", expected: "part of a model below 10¹⁷ parameters")
        }
        let weights = Self.weights(configuration)
        self.init(
            id: file, name: "\(configuration.architecture) model of \(file)", hidden: hidden,
            vocabulary: vocabulary,
            tiedEmbeddings: try configuration.flag("tie_word_embeddings", default: isGemma),
            attention: attention,
            layers: zip(masks, feedForwards).map(Layer.init),
            declaredContext: try configuration.integer("max_position_embeddings", default: isGemma3 ? 131_072 : nil),
            weights: weights.types, sources: [file], notes: weights.note.map { [$0] } ?? [])
    }

    /// Counting is done in 64-bit integers; sizes that no model has would overflow them.
    private static func isCountable(
        hidden: Int, vocabulary: Int, _ attention: AttentionDimensions, _ feedForwards: [FeedForward]
    ) -> Bool {
        let widest = feedForwards.map { feedForward in
            switch feedForward {
            case .dense(let width): Double(width)
            case .experts(let experts): Double(experts.width) * Double(experts.count + experts.shared + 1)
            }
        }
        let heads: Double =
            switch attention {
            case .grouped(let queryHeads, _, let headDimension): 4 * Double(queryHeads) * Double(headDimension)
            case .latent(let latent):
                Double(latent.queryHeads + 1)
                    * Double(
                        2 * latent.keyValueRank + (latent.queryRank ?? 0) + latent.unrotatedDimension
                            + latent.rotatedDimension + 2 * latent.valueDimension)
            }
        let layer = (3 * (widest.max() ?? 0) + heads) * Double(hidden)
        return layer * Double(feedForwards.count) + 2 * Double(vocabulary) * Double(hidden) < 1e17
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
