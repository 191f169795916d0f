/// A check of how a build grows rather than how fast it is.
public struct ShapeFinding: Sendable, Codable, Hashable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The pairs that the kernel went through, against its closed form and against the baseline's.
        case computedPairs = "computed pairs"
        /// The exponent of time on the baseline's pairs.
        case exponent
        /// Peak resident memory against the bytes that the sizes ask for.
        case peakMemory = "peak memory"
        /// The length from which one series is the faster.
        case crossover

        /// Pairs and bytes are counted, so that a failed check stands by itself; the others come from times.
        public var isCounted: Bool { self == .computedPairs || self == .peakMemory }
    }

    public let kind: Kind
    /// The cell or the series, such as `sliding-window(256) 4K`.
    public let subject: String
    public let passed: Bool
    /// One sentence.
    public let message: String
    /// In pairs, bytes or tokens, or an exponent.
    public let baseline: Double
    public let candidate: Double
    /// What the candidate may reach.
    public let limit: Double

    public init(
        kind: Kind, subject: String, passed: Bool, message: String, baseline: Double, candidate: Double, limit: Double
    ) {
        self.kind = kind
        self.subject = subject
        self.passed = passed
        self.message = message
        self.baseline = baseline
        self.candidate = candidate
        self.limit = limit
    }
}
