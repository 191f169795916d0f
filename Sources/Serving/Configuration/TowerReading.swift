import Statistics

/// Counts the encoders of images and sound beside a language model, or says that they are left out.
///
/// A tower is counted as its layers of four projections and a feed-forward half, its patches and the projector to the
/// language model. That is within some per cent of the towers that releases have, and they are a few per cent of a model.
struct TowerReading {
    let file: ConfigurationFile
    let hidden: Int

    struct Towers {
        var components: [Architecture.Component] = []
        var cautions: [String] = []
    }

    func towers() throws(ConfigurationError) -> Towers {
        var towers = Towers()
        for (field, name) in Self.fields {
            guard case .object(let fields)? = file.outer[field] else { continue }
            let section = ConfigurationSection(file: file.file, fields: fields, type: type(fields))
            if let matrices = try matrices(section, name: name) {
                towers.components.append(Architecture.Component("\(name) tower", matrices: matrices))
            } else {
                towers.cautions.append(
                    "The \(name) tower is left out of weights and work: \(field) does not give its sizes in a form that "
                        + "is known.")
            }
        }
        if !file.isLanguageModelAlone, Self.fields.allSatisfy({ file.outer[$0.field] == nil }) {
            towers.cautions.append(
                "Releases of this type see or hear too, but \(file.file) does not say with what: that part is left out "
                    + "of weights and work.")
        }
        return towers
    }

    private static let fields = [
        (field: "vision_config", name: "vision"), (field: "audio_config", name: "audio"),
    ]

    private func matrices(
        _ section: ConfigurationSection, name: String
    ) throws(ConfigurationError) -> [WeightMatrix]? {
        guard let width = try section.optionalInteger("hidden_size", maximum: 1 << 16),
            let layers = try section.optionalInteger("num_hidden_layers", maximum: LayerPlan.mostLayers)
        else { return nil }
        let ratio = try section.number("mlp_ratio").map { Int(saturating: min(max($0, 0), 1024) * Double(width)) }
        guard let inner = try section.optionalInteger("intermediate_size", maximum: 1 << 20) ?? ratio else {
            return nil
        }
        let gate = try section.flag("is_gated") ? 3 : 2
        let patch = try section.optionalInteger("patch_size", maximum: 1 << 10) ?? 0
        let channels = 3 * patch * patch * (try section.optionalInteger("temporal_patch_size", maximum: 64) ?? 1)
        // The projector sees as many patches at once as are merged into one token.
        let merged = try mergedLength(section)
        let joined = merged * width
        let projector = merged > 1 ? joined * (joined + hidden) : width * hidden
        let parameters = layers * (4 * width * width + gate * width * inner) + channels * width + projector
        let rows = Projection("weights", inputs: width, outputs: (parameters + width - 1) / width)
        return [WeightMatrix("\(name)_tower.\(rows.name)", .tower, rows)]
    }

    /// Patches of a square that become one token: said with the tower, or for the whole release.
    private func mergedLength(_ section: ConfigurationSection) throws(ConfigurationError) -> Int {
        let whole = ConfigurationSection(file: file.file, fields: file.outer, type: type(file.outer))
        for place in [section, whole] {
            if let side = try place.optionalInteger("spatial_merge_size", maximum: 64) { return side * side }
        }
        return 1
    }

    /// Names that encoders have for their sizes, and which of them have a gated feed-forward half.
    private func type(_ fields: [String: JSONValue]) -> ModelType {
        let gated: Set<String> = [
            "pixtral", "qwen2_5_vl", "gemma4_vision", "exaone4_5_vision", "mistral3", "glm4v", "glm4v_moe",
            "glm4v_vision",
            "llama4_vision_gated",
        ]
        var isGated = false
        // A tower without a type of its own is the one of its release.
        if case .string(let name)? = fields["model_type"] ?? file.outer["model_type"] { isGated = gated.contains(name) }
        return ModelType(
            name: "tower",
            keys: [
                // Qwen2-VL's hidden_size is the width of the language model.
                "hidden_size": ["embed_dim", "hidden_size", "d_model", "vt_hidden_size"],
                "num_hidden_layers": ["depth", "layers", "encoder_layers", "vt_num_hidden_layers"],
                "intermediate_size": ["encoder_ffn_dim", "vt_intermediate_size"],
                "spatial_merge_size": ["downsample_factor"],
            ],
            defaults: ["is_gated": .boolean(isGated)], layers: .full, recurrence: nil, isGated: isGated, text: nil,
            refusal: nil, source: "")
    }
}
