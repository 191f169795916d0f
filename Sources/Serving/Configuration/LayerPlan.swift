import Attention

/// What stands in each layer, before its dimensions are known.
enum LayerSlot: Hashable {
    case attention(Mask)
    case recurrence
    /// Side by side.
    case both(Mask)
    case feedForward
    case experts

    var mask: Mask? {
        switch self {
        case .attention(let mask), .both(let mask): mask
        case .recurrence, .feedForward, .experts: nil
        }
    }

    var isRecurrent: Bool {
        switch self {
        case .recurrence, .both: true
        case .attention, .feedForward, .experts: false
        }
    }
}

/// Reads which layers attend, to what, and which are something else. A list in the file wins over the rule of the class.
struct LayerPlan {
    let section: ConfigurationSection
    let type: ModelType

    /// More than any model has, and few enough to hold.
    static let mostLayers = 4096

    /// What a rule reads; it says nothing where a list names the layers, or where no layer has a window.
    private static let ruleFields = [
        "attention_layers", "attn_layer_offset", "attn_layer_period", "full_attention_interval", "layer_types",
        "max_window_layers", "no_rope_layer_interval", "no_rope_layers", "sliding_window_pattern", "use_sliding_window",
    ]

    func slots() throws(ConfigurationError) -> [LayerSlot] {
        if type.layers == .letters { return try letters() }
        let count = try section.integer("num_hidden_layers", maximum: Self.mostLayers)
        section.settled(Self.ruleFields)
        // MiniMax lists 1 for attention and 0 for a recurrence.
        if section.has("attn_type_list"), let kinds = try section.integers("attn_type_list") {
            guard kinds.count >= count else {
                throw section.wrong("attn_type_list", expected: "a list of at least \(count) numbers, one a layer")
            }
            return kinds.prefix(count).map { $0 == 0 ? .recurrence : .attention(.causal) }
        }
        if let names = try section.texts("layer_types") {
            guard names.count >= count else {
                throw section.wrong("layer_types", expected: "a list of at least \(count) names, one a layer")
            }
            return try names.prefix(count).map { name throws(ConfigurationError) in try slot(named: name) }
        }
        return try slots(count)
    }

    private func slots(_ count: Int) throws(ConfigurationError) -> [LayerSlot] {
        switch type.layers {
        case .full, .letters: return Array(repeating: .attention(.causal), count: count)
        case .named: throw .missing(file: section.file, field: "layer_types", type: type.name)
        case .parallel: return Array(repeating: .both(.causal), count: count)
        case .window: return Array(repeating: .attention(try window()), count: count)
        case .late:
            let (window, first) = (try window(), try section.integer("max_window_layers", minimum: 0))
            return (0..<count).map { .attention($0 >= first ? window : .causal) }
        case .pattern: return try pattern(count)
        case .firstOfPattern:
            let (window, period) = (try window(), try section.integer("sliding_window_pattern"))
            return (0..<count).map { .attention($0.isMultiple(of: period) ? .causal : window) }
        case .chunks: return try chunks(count)
        case .interval:
            let interval = try section.integer("full_attention_interval")
            return (1...count).map { $0.isMultiple(of: interval) ? .attention(.causal) : .recurrence }
        case .period:
            let period = try section.integer("attn_layer_period")
            let offset = try section.integer("attn_layer_offset", minimum: 0)
            return (0..<count).map { $0 % period == offset ? .attention(.causal) : .recurrence }
        case .listed:
            let first = try section.integer("first_layer_number", minimum: 0)
            guard section.value("attention_layers") != nil else {
                throw .missing(file: section.file, field: "attention_layers", type: type.name)
            }
            let attending =
                try section.integers("attention_layers").map(Set.init)
                ?? Set(attendingByDefault(from: first, count: count))
            return (0..<count).map { attending.contains($0 + first) ? .attention(.causal) : .recurrence }
        }
    }

    /// Null is every layer, or none where the class says so.
    private func attendingByDefault(from first: Int, count: Int) -> Range<Int> {
        type.defaults["attention_layers"] == .array([]) ? 0..<0 : first..<first + count
    }

    /// The window of a layer that has one; everything where the file says that windows are not used.
    private func window() throws(ConfigurationError) -> Mask {
        guard let window = try section.optionalInteger("sliding_window", maximum: 1 << 30),
            section.value("use_sliding_window") != .boolean(false)
        else { return .causal }
        return .slidingWindow(window)
    }

    /// A number, or letters of which G is a layer that attends to everything (EXAONE 4).
    private func pattern(_ count: Int) throws(ConfigurationError) -> [LayerSlot] {
        let window = try window()
        if case .string(let letters)? = section.value("sliding_window_pattern"), !letters.isEmpty {
            let letters = Array(letters)
            return (0..<count).map {
                .attention($0 == count - 1 || letters[$0 % letters.count] == "G" ? .causal : window)
            }
        }
        guard let period = try section.optionalInteger("sliding_window_pattern") else {
            return Array(repeating: .attention(.causal), count: count)
        }
        return (1...count).map { .attention($0.isMultiple(of: period) ? .causal : window) }
    }

    private func chunks(_ count: Int) throws(ConfigurationError) -> [LayerSlot] {
        let chunk = Mask.chunkedLocal(try section.integer("attention_chunk_size", maximum: 1 << 30))
        if let rotary = try section.integers("no_rope_layers"), !rotary.isEmpty {
            guard rotary.count == count else {
                throw section.wrong("no_rope_layers", expected: "a list of \(count) numbers, one a layer")
            }
            return rotary.map { .attention($0 == 0 ? .causal : chunk) }
        }
        let interval = try section.integer("no_rope_layer_interval")
        return (1...count).map { .attention($0.isMultiple(of: interval) ? .causal : chunk) }
    }

    private func letters() throws(ConfigurationError) -> [LayerSlot] {
        section.settled(["hybrid_override_pattern", "num_hidden_layers"])
        if section.has("layer_types"), let names = try section.texts("layer_types") {
            return try names.map { name throws(ConfigurationError) in try slot(named: name) }
        }
        guard let letters = try section.text("hybrid_override_pattern"), !letters.isEmpty else {
            throw .missing(file: section.file, field: "hybrid_override_pattern", type: type.name)
        }
        guard letters.count <= Self.mostLayers else {
            throw section.wrong("hybrid_override_pattern", expected: "at most \(Self.mostLayers) letters")
        }
        return try letters.map { letter throws(ConfigurationError) in
            switch letter {
            case "M": return .recurrence
            case "*": return .attention(.causal)
            case "-": return .feedForward
            case "E": return .experts
            default: throw section.wrong("hybrid_override_pattern", expected: "letters of M, *, - and E")
            }
        }
    }

    private func slot(named name: String) throws(ConfigurationError) -> LayerSlot {
        switch name {
        case "full_attention", "attention", "global_attention", "deepseek_sparse_attention", "indexed_attention":
            return .attention(.causal)
        case "sliding_attention": return .attention(try window())
        case "chunked_attention":
            return .attention(.chunkedLocal(try section.integer("attention_chunk_size", maximum: 1 << 30)))
        case "linear_attention", "mamba", "conv", "recurrent": return .recurrence
        case "hybrid": return .both(.causal)
        case "mlp": return .feedForward
        case "moe": return .experts
        default:
            throw .wrongValue(
                file: section.file, field: "layer_types", value: "\"\(name)\" for a layer",
                expected: "full_attention, sliding_attention, chunked_attention, linear_attention, mamba, conv, "
                    + "hybrid, mlp or moe")
        }
    }
}
