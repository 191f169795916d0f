/// Weights counted from the dimensions: matrices only. Norms and biases, below 0.1 %, are left out.
public struct ParameterCount: Sendable, Hashable {
    /// Attention, dense feed-forward, routers and shared experts of all layers.
    public let denseInLayers: Int
    public let routedExperts: Int
    /// Multiplied for each token inside the layers; no embedding, no output head.
    public let activeInLayers: Int
    /// One vocabulary × hidden table.
    public let vocabularyTable: Int
    public let tiedEmbeddings: Bool

    public init(_ model: Model) {
        let hidden = model.hidden
        let attention = model.attention.parameters(hidden: hidden)
        denseInLayers = model.layers.reduce(0) { $0 + attention + $1.feedForward.denseParameters(hidden: hidden) }
        routedExperts = model.layers.reduce(0) { $0 + $1.feedForward.expertParameters(hidden: hidden) }
        activeInLayers =
            denseInLayers
            + model.layers.reduce(0) { $0 + $1.feedForward.activeExpertParameters(hidden: hidden) }
        vocabularyTable = hidden * model.vocabulary
        tiedEmbeddings = model.tiedEmbeddings
    }

    public var total: Int { denseInLayers + routedExperts + vocabularyTable * (tiedEmbeddings ? 1 : 2) }

    /// Multiplied for each token: the input embedding is looked up, not multiplied, but the output head is.
    public var active: Int { activeInLayers + vocabularyTable }
}

extension Model {
    public var parameterCount: ParameterCount { ParameterCount(self) }

    /// Parameters that must be resident: the published total, which knows of norms and vision towers; the counted one
    /// where none is published.
    public var residentParameters: Double { published?.parameters ?? Double(parameterCount.total) }

    /// Bytes of the weights, all experts included.
    public var weightBytes: Double {
        let experts = Double(parameterCount.routedExperts)
        let expertBytes = experts * weights.experts.bitsPerElement / 8
        return expertBytes + (residentParameters - experts) * weights.dense.bitsPerElement / 8
    }

    /// Bytes of weights that one decode step over `batch` sequences reads: everything but the input embedding, and of
    /// the routed experts those that the batch wakes.
    public func weightBytesRead(batch: Double) -> Double {
        let count = parameterCount
        let dense = Double(count.denseInLayers + count.vocabularyTable) * weights.dense.bitsPerElement / 8
        let experts = layers.reduce(0) {
            $0 + $1.feedForward.awakeExpertParameters(hidden: hidden, tokens: batch)
        }
        return dense + experts * weights.experts.bitsPerElement / 8
    }
}
