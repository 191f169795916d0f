/// The dimensions of a decoder, layer by layer: all that memory and work depend on.
public struct Architecture: Sendable, Hashable {
    public struct Vocabulary: Sendable, Hashable {
        public let size: Int
        /// One table serves as input embedding and output head.
        public let isTied: Bool

        public init(size: Int, isTied: Bool) {
            precondition(size >= 1, "a vocabulary has at least one token")
            self.size = size
            self.isTied = isTied
        }
    }

    /// Weights outside the decoder's layers: a vision tower, embeddings of layers.
    public struct Component: Sendable, Hashable {
        /// Such as "vision tower".
        public let name: String
        public let matrices: [WeightMatrix]

        public init(_ name: String, matrices: [WeightMatrix]) {
            self.name = name
            self.matrices = matrices
        }

        public var parameters: Int { matrices.reduce(0) { $0 + $1.parameters } }
    }

    /// Width of the residual stream.
    public let hidden: Int
    public let vocabulary: Vocabulary
    public let layers: [DecoderLayer]
    public let components: [Component]
    /// Layers that attend in the same way: growing caches first, then by size. Never empty.
    public let layerKinds: [LayerKind]

    public init(hidden: Int, vocabulary: Vocabulary, layers: [DecoderLayer], components: [Component] = []) {
        precondition(hidden >= 1, "a residual stream is at least 1 wide")
        precondition(layers.contains { $0.attention != nil }, "a model without attention has no cache to plan")
        self.hidden = hidden
        self.vocabulary = vocabulary
        self.layers = layers
        self.components = components
        layerKinds = Dictionary(grouping: layers.compactMap(\.attention)) { $0 }
            .map { LayerKind($0.key, count: $0.value.count) }
            .sorted { $0.order > $1.order }
    }

    /// These layers as they would be if each attended to everything.
    public var withAllLayersFull: Architecture {
        Architecture(
            hidden: hidden, vocabulary: vocabulary, layers: layers.map { $0.with(attention: $0.attention?.full) },
            components: components)
    }

    /// Bytes of all states that do not grow with the context.
    public var stateBytes: Int { layers.reduce(0) { $0 + ($1.recurrence?.stateBytes ?? 0) } }

    /// FLOPs of all recurrences for one token.
    public var recurrenceFLOPsPerToken: Double { layers.reduce(0) { $0 + ($1.recurrence?.flopsPerToken ?? 0) } }
}

extension LayerKind {
    /// Layers that keep most come first; of two that keep alike, the one that caches more.
    fileprivate var order: (Int, Int, Int) {
        (mask.keptTokens(of: .max), attention.cachedElementsPerToken, count)
    }
}

extension Architecture {
    /// Counting is done in 64-bit integers; sizes that no model has would overflow them.
    static func isCountable(_ layers: [DecoderLayer], hidden: Int, vocabulary: Int) -> Bool {
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
