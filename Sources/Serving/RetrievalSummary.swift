/// The part of `attnbench plan --json` that `--rag` adds. Dollars are absent where no rent is known.
public struct RetrievalSummary: Sendable, Encodable, Hashable {
    public struct Cost: Sendable, Encodable, Hashable {
        public let way: ContextOrRetrieval.Way
        public let tokensRead: Int
        public let secondsToFirstToken: Double
        public let dollarsPerQuery: Double?
        public let dollarsPerHour: Double?
        /// At `queriesPerHour`, with its part of what is due every hour.
        public let dollarsPerQueryInAll: Double?
    }

    /// Queries an hour from which, or up to which, one way is cheaper than another. Both absent: `isCheaper` holds at any rate.
    public struct Comparison: Sendable, Encodable, Hashable {
        public let way: ContextOrRetrieval.Way
        public let other: ContextOrRetrieval.Way
        /// At the rate that was asked for.
        public let isCheaper: Bool
        public let fromQueriesPerHour: Double?
        public let upToQueriesPerHour: Double?
    }

    public struct Assumptions: Sendable, Encodable, Hashable {
        public let questionTokens: Int
        public let answerTokens: Int
        public let passages: Int
        public let passageTokens: Int
        public let cacheHours: Double
        public let corpusHours: Double
        public let embeddingParameters: Double
        public let vectorDimensions: Int
        public let bytesPerDimension: Double
        public let searchSeconds: Double
        /// Whether the search time was given; else it is one pass over the index.
        public let searchSecondsAreGiven: Bool
    }

    public let corpusTokens: Int
    public let queriesPerHour: Double
    public let indexBytes: Double
    public let costs: [Cost]
    public let comparisons: [Comparison]
    public let assumptions: Assumptions

    public init(_ plan: ContextOrRetrieval) {
        let use = plan.use
        corpusTokens = plan.corpusTokens
        queriesPerHour = use.queriesPerHour
        indexBytes = plan.indexBytes
        costs = plan.costs.map { cost in
            Cost(
                way: cost.way, tokensRead: cost.tokensRead, secondsToFirstToken: cost.secondsToFirstToken,
                dollarsPerQuery: cost.dollarsPerQuery, dollarsPerHour: cost.dollarsPerHour,
                dollarsPerQueryInAll: cost.dollars(queriesPerHour: use.queriesPerHour))
        }
        comparisons = ContextOrRetrieval.comparisons.compactMap { way, other in
            plan.advantage(of: way, over: other).map { advantage in
                let rates = advantage.rates
                return Comparison(
                    way: way, other: other, isCheaper: rates.contains(use.queriesPerHour),
                    fromQueriesPerHour: rates.lowerBound > 0 && rates.lowerBound < .infinity ? rates.lowerBound : nil,
                    upToQueriesPerHour: rates.upperBound > 0 && rates.upperBound < .infinity ? rates.upperBound : nil)
            }
        }
        assumptions = Assumptions(
            questionTokens: use.questionTokens, answerTokens: use.answerTokens, passages: use.passages,
            passageTokens: use.passageTokens, cacheHours: use.cacheHours, corpusHours: use.corpusHours,
            embeddingParameters: use.embeddingParameters, vectorDimensions: use.vectorDimensions,
            bytesPerDimension: use.bytesPerDimension, searchSeconds: plan.searchSeconds,
            searchSecondsAreGiven: use.searchSeconds != nil)
    }
}

extension ContextOrRetrieval.Advantage {
    /// Queries an hour at which it holds.
    fileprivate var rates: Range<Double> {
        switch self {
        case .always: 0..<Double.infinity
        case .never: 0..<0
        case .above(let rate): rate..<Double.infinity
        case .below(let rate): 0..<rate
        }
    }
}

extension ContextOrRetrieval {
    /// What a reader wants to know: when keeping the corpus pays, against either of the others, and whether reading it again
    /// ever does.
    public static let comparisons: [(way: Way, other: Way)] = [
        (.keeping, .retrieving), (.keeping, .reading), (.retrieving, .reading),
    ]
}
