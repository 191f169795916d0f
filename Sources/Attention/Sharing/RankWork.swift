/// What one rank does in one call, over all heads, in closed form.
public struct RankWork: Hashable, Sendable {
    /// A part of a call. The bytes come in while the pairs are computed; the next step begins when both are done.
    public struct Step: Hashable, Sendable {
        /// Pairs that the mask allows.
        public let pairs: Int
        /// Bytes that other ranks send to this one.
        public let receivedBytes: Int

        public init(pairs: Int = 0, receivedBytes: Int = 0) {
            self.pairs = pairs
            self.receivedBytes = receivedBytes
        }
    }

    public let steps: [Step]

    public init(_ steps: [Step]) { self.steps = steps }

    public var pairs: Int { steps.reduce(0) { $0 + $1.pairs } }
    public var receivedBytes: Int { steps.reduce(0) { $0 + $1.receivedBytes } }
}

extension [RankWork] {
    /// The mean over the most pairs of a rank: the part of the time in which ranks compute, if nothing else costs any.
    public var balance: Double {
        guard let most = map(\.pairs).max(), most > 0 else { return 1 }
        return Double(reduce(0) { $0 + $1.pairs }) / (Double(most) * Double(count))
    }
}
