import Foundation

extension Model {
    /// A model as a Hugging Face `config.json` describes it, with the file that tells its quantisation apart.
    public struct Configuration: Sendable {
        /// Name for messages.
        public let file: String
        public let json: Data
        /// `hf_quant_config.json`, where the release has one.
        public let quantisation: Data?
        /// The `model_type` to take in place of the file's own; nil for that.
        public let treatedAs: String?

        public init(file: String, json: Data, quantisation: Data? = nil, treatedAs: String? = nil) {
            self.file = file
            self.json = json
            self.quantisation = quantisation
            self.treatedAs = treatedAs
        }
    }

    public init(_ configuration: Configuration) throws(ConfigurationError) {
        let file = try ConfigurationFile(
            json: configuration.json, from: configuration.file, treatedAs: configuration.treatedAs)
        let (architecture, inFile) = try Self.read(file, sideFile: configuration.quantisation)
        var release = inFile
        release.sources = [configuration.file]
        if let treatedAs = configuration.treatedAs {
            release.cautions.append("The file is read as if its model_type were \"\(treatedAs)\", because you said so.")
        }
        self.init(
            id: configuration.file, name: "\(file.type.name) model of \(configuration.file)",
            architecture: architecture, release: release)
    }

    /// The dimensions, and what the file says of itself beside them.
    static func read(
        _ file: ConfigurationFile, sideFile: Data? = nil
    ) throws(ConfigurationError) -> (Architecture, Release) {
        let reading = try ArchitectureReading(file: file)
        var release = Release(context: try ContextReading(section: file.section).context())
        release.weights = try WeightReading(file: file, sideFile: sideFile).storage()
        release.cautions = file.cautions + reading.cautions
        return (reading.architecture, release)
    }
}

/// Reads the dimensions of a configuration, layer by layer.
private struct ArchitectureReading {
    let architecture: Architecture
    let cautions: [String]

    init(file: ConfigurationFile) throws(ConfigurationError) {
        let (section, type) = (file.section, file.type)
        let hidden = try section.integer("hidden_size")
        let vocabulary = try section.integer("vocab_size")
        let slots = try LayerPlan(section: section, type: type).slots()
        guard slots.contains(where: { $0.mask != nil }) else {
            throw .notADecoder(
                file: file.file, name: type.name, reason: "has no attention layer here, so that nothing grows")
        }
        let layers = try Self.layers(slots, section, type, hidden: hidden)
        guard Self.isCountable(layers, hidden: hidden, vocabulary: vocabulary) else {
            throw section.wrong("hidden_size", expected: "part of a model below 10¹⁷ parameters")
        }
        let towers = try TowerReading(file: file.file, outer: file.outer, hidden: hidden).towers()
        let own = try Self.embeddingsOfLayers(section, count: slots.count, hidden: hidden)
        // A class that says nothing of it shares the table, as the base of all classes does.
        let isTied = section.has("tie_word_embeddings") ? try section.flag("tie_word_embeddings") : true
        architecture = Architecture(
            hidden: hidden, vocabulary: Architecture.Vocabulary(size: vocabulary, isTied: isTied), layers: layers,
            components: own + towers.components)
        cautions = towers.cautions
    }

    private static func layers(
        _ slots: [LayerSlot], _ section: ConfigurationSection, _ type: ModelType, hidden: Int
    ) throws(ConfigurationError) -> [DecoderLayer] {
        let feedForwards = try FeedForwardReading(section: section, type: type).feedForwards(slots)
        let attention = AttentionReading(section: section, hidden: hidden, slots: slots)
        var recurrence: Recurrence?
        if slots.contains(where: \.isRecurrent) {
            guard let kind = type.recurrence else {
                throw section.wrong("layer_types", expected: "kinds of layers that a \(type.name) has")
            }
            recurrence = try RecurrenceReading(section: section, kind: kind).recurrence(hidden: hidden)
        }
        let extras = try extras(section, hidden: hidden)
        let blocks = try section.optionalInteger("num_mem_blocks")
        var seen = 0
        var layers: [DecoderLayer] = []
        for (index, slot) in slots.enumerated() {
            if slot.mask != nil { seen += 1 }
            layers.append(
                DecoderLayer(
                    attention: try attention.attention(layer: index), recurrence: slot.isRecurrent ? recurrence : nil,
                    feedForward: feedForwards[index],
                    borrowsBlock: blocks.map { slot.mask != nil && seen > $0 } ?? false
                ).with(extras: extras))
        }
        return layers
    }

    /// Gemma 3n and 4: each layer takes a vector of its own for the token; Gemma 3n has LAuReL and AltUp beside.
    private static func extras(
        _ section: ConfigurationSection, hidden: Int
    ) throws(ConfigurationError) -> [Projection] {
        var extras: [Projection] = []
        if let width = try section.optionalInteger("hidden_size_per_layer_input", minimum: 0), width > 0 {
            extras += [
                Projection("per_layer_input_gate", inputs: hidden, outputs: width),
                Projection("per_layer_projection", inputs: width, outputs: hidden),
            ]
        }
        if let rank = try section.optionalInteger("laurel_rank") {
            extras += [
                Projection("laurel.linear_left", inputs: hidden, outputs: rank),
                Projection("laurel.linear_right", inputs: rank, outputs: hidden),
            ]
        }
        return extras
    }

    private static func embeddingsOfLayers(
        _ section: ConfigurationSection, count: Int, hidden: Int
    ) throws(ConfigurationError) -> [Architecture.Component] {
        guard let width = try section.optionalInteger("hidden_size_per_layer_input", minimum: 0), width > 0 else {
            return []
        }
        let table = Projection(
            "embed_tokens_per_layer", inputs: count * width,
            outputs: try section.integer("vocab_size_per_layer_input"))
        let projection = Projection("per_layer_model_projection", inputs: hidden, outputs: count * width)
        return [
            Architecture.Component(
                "embeddings of layers",
                matrices: [
                    WeightMatrix("model.\(table.name)", .embedding, table),
                    WeightMatrix("model.\(projection.name)", .embedding, projection),
                ])
        ]
    }

    /// Counting is done in 64-bit integers; sizes that no model has would overflow them.
    private static func isCountable(_ layers: [DecoderLayer], hidden: Int, vocabulary: Int) -> Bool {
        func product(_ projections: [Projection]) -> Double {
            projections.reduce(0) { $0 + Double($1.inputs) * Double($1.outputs) }
        }
        let total = layers.reduce(2 * Double(vocabulary) * Double(hidden)) { sum, layer in
            let experts: Double =
                switch layer.feedForward {
                case nil: 0
                case .dense(let width, _): 3 * Double(hidden) * Double(width)
                case .experts(let experts):
                    3 * Double(hidden)
                        * (Double(experts.width) * Double(experts.count) + Double(experts.sharedWidth))
                }
            return sum + experts + product(layer.attention?.projections(hidden: hidden) ?? [])
                + product(layer.recurrence?.projections(hidden: hidden) ?? [])
        }
        return total < 1e17
    }
}
