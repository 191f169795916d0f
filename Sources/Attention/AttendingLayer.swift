/// The attention of one layer of a model, or the state that stands in its place, whatever the length of the text: a problem without lengths.
public struct AttendingLayer: Hashable, Sendable, Codable {
    public let mask: Mask
    public let weighting: Weighting
    /// Nil where each query attends to all keys that the mask shows.
    public let selection: BlockSelection?
    public let heads: HeadCounts

    public init(mask: Mask, weighting: Weighting = .softmax, selection: BlockSelection? = nil, heads: HeadCounts) {
        self.mask = mask
        self.weighting = weighting
        self.selection = selection
        self.heads = heads
    }

    /// What this layer stands in for: softmax over all keys that causality allows, on the same heads.
    public var full: AttendingLayer { AttendingLayer(mask: mask.isCausal ? .causal : .full, heads: heads) }

    public var isFull: Bool { self == full }

    /// What follows a kernel's name: see `AttentionProblem.sizesInBrackets`.
    public var sizesInBrackets: String { selection.map { "(\($0.text))" } ?? mask.sizesInBrackets }
}
