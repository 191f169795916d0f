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
        /// The context to plan with where neither the file nor its class declares one.
        public let context: Int?

        public init(
            file: String, json: Data, quantisation: Data? = nil, treatedAs: String? = nil, context: Int? = nil
        ) {
            self.file = file
            self.json = json
            self.quantisation = quantisation
            self.treatedAs = treatedAs
            self.context = context
        }
    }

    public init(_ configuration: Configuration) throws(ConfigurationError) {
        let file = try ConfigurationFile(
            json: configuration.json, from: configuration.file, treatedAs: configuration.treatedAs)
        let (architecture, inFile) = try Self.read(
            file, sideFile: configuration.quantisation, context: configuration.context)
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
        _ file: ConfigurationFile, sideFile: Data? = nil, context: Int? = nil
    ) throws(ConfigurationError) -> (Architecture, Release) {
        let reading = try ArchitectureReading(file: file)
        var release = Release(
            context: try ContextReading(section: file.section, fallback: context).context())
        release.weights = try WeightReading(file: file, sideFile: sideFile).storage()
        release.cautions = file.cautions + reading.cautions + unread(file.section)
        return (reading.architecture, release)
    }

    /// What the file says and nobody has read could be another kind of layer.
    private static func unread(_ section: ConfigurationSection) -> [String] {
        let names = section.unread
        guard !names.isEmpty else { return [] }
        let (are, them) = names.count == 1 ? ("is", "it changes") : ("are", "they change")
        return [
            "\(names.joined(separator: ", ")) of \(section.file) \(are) not read for a \(section.typeName): if \(them) the "
                + "layers, the figures are wrong."
        ]
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
        guard Architecture.isCountable(layers, hidden: hidden, vocabulary: vocabulary) else {
            throw section.wrong("hidden_size", expected: "part of a model below 10¹⁷ parameters")
        }
        let towers = try TowerReading(file: file, hidden: hidden).towers()
        let own =
            try Self.embeddingsOfLayers(section, count: slots.count, hidden: hidden)
            + Self.embeddingsOfPositions(section, hidden: hidden)
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
        section.settled(["vocab_size_per_layer_input"])
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

    /// Older classes look positions up in a table.
    private static func embeddingsOfPositions(
        _ section: ConfigurationSection, hidden: Int
    ) throws(ConfigurationError) -> [Architecture.Component] {
        guard try section.flag("positions_are_learned") else { return [] }
        let positions = try section.integer("max_position_embeddings")
        let table = Projection("embed_positions", inputs: hidden, outputs: positions)
        return [
            Architecture.Component(
                "positions", matrices: [WeightMatrix("model.\(table.name)", .embedding, table)])
        ]
    }
}
