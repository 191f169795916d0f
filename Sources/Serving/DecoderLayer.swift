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
