import Attention

/// A model whose dimensions somebody gives: all layers alike, grouped heads, gated feed-forward halves.
public struct ModelByHand: Sendable {
    public var layers: Int
    public var keyValueHeads: Int
    public var headDimension: Int
    public var queryHeads: Int?
    public var hidden: Int?
    public var feedForward: Int?
    public var vocabulary: Int?
    public var window: Int?

    public init(layers: Int, keyValueHeads: Int, headDimension: Int) {
        self.layers = layers
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
    }

    /// What is not given is taken as usual, and said: it decides weights and work, not the cache.
    public func model(context: Int) throws(ConfigurationError) -> Model {
        let heads = queryHeads ?? keyValueHeads
        let width = hidden ?? heads * headDimension
        let assumed = [
            queryHeads == nil ? "--heads \(heads)" : nil, hidden == nil ? "--hidden \(width)" : nil,
            feedForward == nil ? "--feed-forward \(4 * width)" : nil,
            vocabulary == nil ? "--vocabulary 128000" : nil,
        ].compactMap { $0 }
        for (option, value) in [
            ("--layers", layers), ("--kv-heads", keyValueHeads), ("--head-dimension", headDimension),
            ("--heads", heads),
            ("--hidden", width), ("--feed-forward", feedForward ?? 1), ("--vocabulary", vocabulary ?? 1),
            ("--window", window ?? 1),
        ] where value < 1 || value > (option == "--layers" ? LayerPlan.mostLayers : 1 << 24) {
            throw .wrongValue(
                file: "the options", field: option, value: "\(value)", expected: "from 1 to what a model can have")
        }
        guard heads.isMultiple(of: keyValueHeads) else {
            throw .wrongValue(
                file: "the options", field: "--kv-heads", value: "\(keyValueHeads)",
                expected: "a divisor of --heads, \(heads)")
        }
        let dimensions = AttentionDimensions.grouped(
            queryHeads: heads, keyValueHeads: keyValueHeads, headDimension: headDimension)
        let layer = DecoderLayer(
            attention: AttentionLayer(dimensions, mask: window.map { .slidingWindow($0) } ?? .causal),
            feedForward: .dense(width: feedForward ?? 4 * width))
        let all = Array(repeating: layer, count: layers)
        guard Architecture.isCountable(all, hidden: width, vocabulary: vocabulary ?? 128_000) else {
            throw .wrongValue(
                file: "the options", field: "--hidden", value: "\(width)",
                expected: "part of a model below 10¹⁷ parameters")
        }
        var release = Model.Release(context: DeclaredContext(tokens: context))
        if !assumed.isEmpty {
            release.cautions = [
                "\(assumed.joined(separator: ", ")) \(assumed.count == 1 ? "is" : "are") assumed, because you gave no "
                    + "other; weights and times depend on it, the cache does not."
            ]
        }
        return Model(
            id: "by-hand", name: "model of \(layers) layers, \(keyValueHeads) KV heads of \(headDimension)",
            architecture: Architecture(
                hidden: width, vocabulary: Architecture.Vocabulary(size: vocabulary ?? 128_000, isTied: false),
                layers: all), release: release)
    }
}
