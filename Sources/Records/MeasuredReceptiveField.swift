import Attention

/// How far a kernel's stacked layers reach, beside what its mask says: they must be the same, token for token.
public struct MeasuredReceptiveField: Hashable, Sendable {
    public let kernel: String
    public let mask: Mask
    /// Of the text, in tokens.
    public let length: Int
    /// The token whose output is looked at.
    public let position: Int
    /// Tokens that it answers to, for stacks of 0, 1, … layers.
    public let tokens: [Int]

    public init(kernel: String, mask: Mask, length: Int, position: Int, tokens: [Int]) {
        self.kernel = kernel
        self.mask = mask
        self.length = length
        self.position = position
        self.tokens = tokens
    }

    public var layers: Int { tokens.count - 1 }

    /// What the mask says, for the same stacks.
    public var expectedTokens: [Int] {
        (0...layers).map { ReceptiveField(mask: mask, layers: $0).tokens(at: position, length: length) }
    }

    public var isRight: Bool { tokens == expectedTokens }
}
