import Attention

/// A decoder-only language model, as far as memory, work and money depend on it: its dimensions, layer by layer.
public struct Model: Sendable, Hashable {
    public struct Layer: Sendable, Hashable {
        /// Causal.
        public let mask: Mask
        public let feedForward: FeedForward

        public init(mask: Mask, feedForward: FeedForward) {
            precondition(mask.isCausal, "a decoder layer cannot see keys after its own")
            self.mask = mask
            self.feedForward = feedForward
        }
    }

    /// What the publisher states, in parameters.
    public struct Published: Sendable, Hashable {
        public let parameters: Double
        /// Used for one token; nil where all are.
        public let activeParameters: Double?
        /// The part of `parameters` that lies outside the language model.
        public let visionParameters: Double

        public init(parameters: Double, activeParameters: Double? = nil, visionParameters: Double = 0) {
            self.parameters = parameters
            self.activeParameters = activeParameters
            self.visionParameters = visionParameters
        }
    }

    /// How the release stores its weights.
    public struct WeightTypes: Sendable, Hashable {
        public let dense: StorageType
        public let experts: StorageType

        public init(dense: StorageType, experts: StorageType) {
            self.dense = dense
            self.experts = experts
        }

        public init(_ type: StorageType) { self.init(dense: type, experts: type) }

        /// One name, or those of the dense part and of the experts.
        public var names: [String] { dense == experts ? [dense.name] : [dense.name, experts.name] }
    }

    public let id: String
    public let name: String
    /// Width of the residual stream.
    public let hidden: Int
    public let vocabulary: Int
    /// One table serves as input embedding and output head.
    public let tiedEmbeddings: Bool
    public let attention: AttentionDimensions
    public let layers: [Layer]
    /// The longest context that the release declares, in tokens.
    public let declaredContext: Int
    public let published: Published?
    public let weights: WeightTypes
    public let sources: [String]
    public let notes: [String]

    public init(
        id: String, name: String, hidden: Int, vocabulary: Int, tiedEmbeddings: Bool,
        attention: AttentionDimensions, layers: [Layer], declaredContext: Int, published: Published? = nil,
        weights: WeightTypes = WeightTypes(.bf16), sources: [String] = [], notes: [String] = []
    ) {
        precondition(hidden >= 1 && vocabulary >= 1 && declaredContext >= 1, "\(id): sizes start at 1")
        precondition(!layers.isEmpty, "\(id) has no layer")
        self.id = id
        self.name = name
        self.hidden = hidden
        self.vocabulary = vocabulary
        self.tiedEmbeddings = tiedEmbeddings
        self.attention = attention
        self.layers = layers
        self.declaredContext = declaredContext
        self.published = published
        self.weights = weights
        self.sources = sources
        self.notes = notes
    }

    /// The same model if every layer attended to everything: what an engine that does not know windows serves.
    public var withAllLayersFull: Model {
        replacing(layers: layers.map { Layer(mask: .causal, feedForward: $0.feedForward) }, weights: weights)
    }

    public func storing(weights: WeightTypes) -> Model { replacing(layers: layers, weights: weights) }

    private func replacing(layers: [Layer], weights: WeightTypes) -> Model {
        Model(
            id: id, name: name, hidden: hidden, vocabulary: vocabulary, tiedEmbeddings: tiedEmbeddings,
            attention: attention, layers: layers, declaredContext: declaredContext, published: published,
            weights: weights, sources: sources, notes: notes)
    }

    /// Layers that share a mask: growing ones first, then by size.
    public var layerKinds: [LayerKind] {
        Dictionary(grouping: layers, by: \.mask).map { LayerKind(mask: $0.key, count: $0.value.count) }
            .sorted { $0.mask.keptTokens(of: .max) > $1.mask.keptTokens(of: .max) }
    }
}

/// How many layers of a model have this mask.
public struct LayerKind: Sendable, Hashable {
    public let mask: Mask
    public let count: Int

    public init(mask: Mask, count: Int) {
        self.mask = mask
        self.count = count
    }
}

extension Mask {
    /// Tokens whose keys and values a layer with this mask keeps after `tokens` of context. A chunked layer keeps
    /// 1 … chunk of them as it goes; the whole chunk is counted, because that is what has to be reserved.
    public func keptTokens(of tokens: Int) -> Int {
        precondition(isCausal, "a decoder layer cannot see keys after its own")
        return min(tokens, mostVisibleKeys ?? tokens)
    }
}
