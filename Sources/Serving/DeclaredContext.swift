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
