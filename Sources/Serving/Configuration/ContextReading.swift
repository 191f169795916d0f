import Statistics

/// Reads how long a context a configuration declares: the positions it was trained on, and how rotary scaling stretches
/// them.
struct ContextReading {
    let section: ConfigurationSection
    /// Where neither the file nor its class declares one; nil to refuse such a file.
    var fallback: Int?

    private static let longest = 1 << 30

    func context() throws(ConfigurationError) -> DeclaredContext {
        section.settled(["original_max_position_embeddings"])
        let declared = try section.optionalInteger("max_position_embeddings", maximum: Self.longest)
        guard let positions = declared ?? fallback else {
            throw .missing(file: section.file, field: "max_position_embeddings", type: section.typeName)
        }
        guard let rope, let method = try rope.text(rope.has("rope_type") ? "rope_type" : "type") else {
            return DeclaredContext(tokens: positions)
        }
        // Gemma 3 states the stretched length.
        guard try !section.flag("positions_are_stretched") else { return DeclaredContext(tokens: positions) }
        let given = try rope.number("factor")
        let original = try rope.optionalInteger("original_max_position_embeddings", maximum: Self.longest)
        switch method {
        case "yarn":
            // Engines serve the trained length times the factor, whatever max_position_embeddings says.
            guard let factor = given else { return DeclaredContext(tokens: positions) }
            return stretched(original ?? positions, by: factor, method)
        case "linear", "dynamic":
            return stretched(original ?? positions, by: given ?? 1, method)
        case "llama3", "longrope", "su":
            // max_position_embeddings is the stretched length already.
            let declared = try section.optionalInteger("original_max_position_embeddings", maximum: Self.longest)
            guard let trained = original ?? declared, trained < positions else {
                return DeclaredContext(tokens: positions)
            }
            return DeclaredContext(
                tokens: positions,
                scaling: DeclaredContext.Scaling(
                    method: method, factor: Double(positions) / Double(trained), trainedTokens: trained))
        default: return DeclaredContext(tokens: positions)
        }
    }

    /// `rope_scaling`, or `rope_parameters` as newer files call it, which may differ by kind of layer.
    private var rope: ConfigurationSection? {
        guard let rope = section.section("rope_scaling") ?? section.section("rope_parameters") else { return nil }
        return rope.section("full_attention") ?? rope
    }

    private func stretched(_ trained: Int, by factor: Double, _ method: String) -> DeclaredContext {
        let tokens = Double(trained) * factor
        guard factor > 1, tokens < Double(Self.longest) else { return DeclaredContext(tokens: trained) }
        return DeclaredContext(
            tokens: Int(saturating: tokens),
            scaling: DeclaredContext.Scaling(method: method, factor: factor, trainedTokens: trained))
    }
}

/// How long a context a release declares, and how it gets there.
public struct DeclaredContext: Sendable, Hashable {
    /// Rotary positions stretched beyond the lengths of training.
    public struct Scaling: Sendable, Hashable {
        /// Such as "yarn".
        public let method: String
        public let factor: Double
        public let trainedTokens: Int

        public init(method: String, factor: Double, trainedTokens: Int) {
            self.method = method
            self.factor = factor
            self.trainedTokens = trainedTokens
        }
    }

    public let tokens: Int
    /// Nil where positions are used as they were trained.
    public let scaling: Scaling?

    public init(tokens: Int, scaling: Scaling? = nil) {
        precondition(tokens >= 1, "a context holds at least one token")
        self.tokens = tokens
        self.scaling = scaling
    }
}
