/// Counts the encoders of images and sound beside a language model, or says that they are left out.
///
/// A tower is counted as its layers of four projections and a feed-forward half, its patches and the projector to the
/// language model. That is within some per cent of the towers that releases have, and they are a few per cent of a model.
struct TowerReading {
    let file: String
    let outer: [String: JSONValue]
    let hidden: Int

    struct Towers {
        var components: [Architecture.Component] = []
        var cautions: [String] = []
    }

    func towers() throws(ConfigurationError) -> Towers {
        var towers = Towers()
        for (field, name) in [("vision_config", "vision"), ("audio_config", "audio")] {
            guard case .object(let fields)? = outer[field] else { continue }
            let section = ConfigurationSection(file: file, fields: fields, type: Self.type(fields))
            if let matrices = try Self.matrices(section, name: name, hidden: hidden) {
                towers.components.append(Architecture.Component("\(name) tower", matrices: matrices))
            } else {
                towers.cautions.append(
                    "The \(name) tower is left out of weights and work: \(field) does not give its sizes in a form that "
                        + "is known.")
            }
        }
        return towers
    }

    private static func matrices(
        _ section: ConfigurationSection, name: String, hidden: Int
    ) throws(ConfigurationError) -> [WeightMatrix]? {
        guard let width = try section.optionalInteger("hidden_size"),
            let layers = try section.optionalInteger("num_hidden_layers"), layers <= LayerPlan.mostLayers
        else { return nil }
        let ratio = try section.number("mlp_ratio").map { Int(min($0, 1024) * Double(width)) }
        guard let inner = try section.optionalInteger("intermediate_size") ?? ratio else { return nil }
        let gate = try section.flag("is_gated") ? 3 : 2
        let patch = try section.optionalInteger("patch_size") ?? 0
        let channels = 3 * patch * patch * (try section.optionalInteger("temporal_patch_size") ?? 1)
        // The projector sees as many patches at once as are merged into one token.
        let merged = try section.optionalInteger("spatial_merge_size").map { $0 * $0 } ?? 1
        let joined = merged * width
        let projector = merged > 1 ? joined * (joined + hidden) : width * hidden
        let perLayer = 4 * width * width + gate * width * inner
        guard let parameters = Self.sum(layers: layers, perLayer: perLayer, rest: channels * width + projector) else {
            return nil
        }
        let rows = Projection("weights", inputs: width, outputs: (parameters + width - 1) / width)
        return [WeightMatrix("\(name)_tower.\(rows.name)", .tower, rows)]
    }

    private static func sum(layers: Int, perLayer: Int, rest: Int) -> Int? {
        let total = Double(layers) * Double(perLayer) + Double(rest)
        return total < 1e12 ? layers * perLayer + rest : nil
    }

    /// Names that encoders have for their sizes, and which of them have a gated feed-forward half.
    private static func type(_ fields: [String: JSONValue]) -> ModelType {
        let gated: Set<String> = [
            "pixtral", "qwen2_5_vl", "gemma4_vision", "mistral3", "glm4v", "glm4v_moe", "glm4v_vision",
            "llama4_vision_gated",
        ]
        var isGated = false
        if case .string(let name)? = fields["model_type"] { isGated = gated.contains(name) }
        return ModelType(
            name: "tower",
            keys: [
                "hidden_size": ["embed_dim", "d_model", "vt_hidden_size"],
                "num_hidden_layers": ["depth", "layers", "encoder_layers", "vt_num_hidden_layers"],
                "intermediate_size": ["encoder_ffn_dim", "vt_intermediate_size"],
            ],
            defaults: ["is_gated": .boolean(isGated)], layers: .full, recurrence: nil, isGated: isGated, text: nil,
            refusal: nil, source: "")
    }
}
