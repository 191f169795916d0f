import Attention

/// A decoder-only language model, as far as memory, work and money depend on it.
public struct Model: Sendable, Hashable {
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

    /// What a release says of itself beside its dimensions.
    public struct Release: Sendable, Hashable {
        public var context: DeclaredContext
        public var published: Published?
        public var weights = WeightStorage(.bf16)
        public var sources: [String] = []
        public var notes: [String] = []
        /// What a reader of any figure has to know: parts left out, fields read in an unusual way.
        public var cautions: [String] = []

        public init(context: DeclaredContext) { self.context = context }
    }

    public let id: String
    public let name: String
    public let architecture: Architecture
    public let release: Release
    public let parameterCount: ParameterCount
    let storedBytes: StoredBytes

    public init(id: String, name: String, architecture: Architecture, release: Release) {
        self.id = id
        self.name = name
        self.architecture = architecture
        self.release = release
        parameterCount = ParameterCount(architecture)
        storedBytes = StoredBytes(architecture, weights: release.weights)
    }

    /// The same model if every layer attended to everything: what an engine that does not know windows serves.
    public var withAllLayersFull: Model {
        Model(id: id, name: name, architecture: architecture.withAllLayersFull, release: release)
    }

    public func storing(weights: WeightStorage) -> Model {
        var release = release
        release.weights = weights
        return Model(id: id, name: name, architecture: architecture, release: release)
    }

    public var hidden: Int { architecture.hidden }
    public var layers: [DecoderLayer] { architecture.layers }
    public var layerKinds: [LayerKind] { architecture.layerKinds }
    public var weights: WeightStorage { release.weights }
    /// The longest context that the release declares, in tokens.
    public var declaredContext: Int { release.context.tokens }

    /// Of the layers whose cache grows most, where layers differ: what a formula with one figure for all layers takes.
    public var attention: AttentionDimensions { layerKinds[0].attention.dimensions }

    /// What cautions the dimensions and the weights' storage together ask for.
    public var cautions: [String] { release.cautions + weights.cautions }
}

extension Mask {
    /// Tokens whose keys and values a layer with this mask keeps after `tokens` of context. A chunked layer keeps
    /// 1 … chunk of them as it goes; the whole chunk is counted, because that is what has to be reserved.
    public func keptTokens(of tokens: Int) -> Int {
        precondition(isCausal, "a decoder layer cannot see keys after its own")
        return min(tokens, mostVisibleKeys ?? tokens)
    }
}

/// What one layer is made of. Most have attention and a feed-forward half; hybrids have a recurrence in place of attention
/// or beside it, and some have one part only.
public struct DecoderLayer: Sendable, Hashable {
    public let attention: AttentionLayer?
    public let recurrence: Recurrence?
    public let feedForward: FeedForward?
    /// Attention and feed-forward have the weights of an earlier layer (Zamba2): used, but not stored again.
    public let borrowsBlock: Bool

    /// Small matrices that a family has beside the usual ones, such as those of its per-layer embeddings.
    public private(set) var extras: [Projection] = []

    public init(
        attention: AttentionLayer? = nil, recurrence: Recurrence? = nil, feedForward: FeedForward? = nil,
        borrowsBlock: Bool = false
    ) {
        self.attention = attention
        self.recurrence = recurrence
        self.feedForward = feedForward
        self.borrowsBlock = borrowsBlock
    }

    func with(attention: AttentionLayer?) -> DecoderLayer {
        DecoderLayer(
            attention: attention, recurrence: recurrence, feedForward: feedForward, borrowsBlock: borrowsBlock
        ).with(extras: extras)
    }

    func with(extras: [Projection]) -> DecoderLayer {
        var layer = self
        layer.extras = extras
        return layer
    }
}
