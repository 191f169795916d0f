import Faults

/// Questions about a corpus, answered in three ways: the model reads the whole corpus for each question, reads it once and keeps
/// it in a prefix cache, or reads only passages that a search has found.
///
/// Each way has a price a query, and one an hour that is due whether anybody asks or not:
///
///     reading again   query: reading corpus and question, writing          hour: nothing
///     keeping         query: reading the question after the corpus, writing  hour: rent of the cache + reading the corpus / hours that it is kept
///     retrieving      query: embedding the question, search, reading passages and question, writing
///                     hour: rent of the index + embedding the corpus / hours that it stays as it is
///
/// At λ queries an hour a query costs its own price + that of an hour / λ. The rent of memory is its share of an accelerator's
/// usable memory times the accelerator's rent: the index too is taken as if it stood there, which is more than a host asks.
public struct ContextOrRetrieval: Sendable, Hashable {
    public enum Way: String, Sendable, Hashable, CaseIterable, Codable {
        case reading, keeping, retrieving
    }

    /// Nil dollars where no rent is known.
    public struct Cost: Sendable, Hashable {
        public let way: Way
        /// Tokens that the model reads for a query.
        public let tokensRead: Int
        /// From the question to the first token of the answer.
        public let secondsToFirstToken: Double
        public let dollarsPerQuery: Double?
        /// Due in every hour, whatever is asked.
        public let dollarsPerHour: Double?

        /// Of one query where so many are asked in an hour.
        public func dollars(queriesPerHour: Double) -> Double? {
            guard let dollarsPerQuery, let dollarsPerHour else { return nil }
            return dollarsPerQuery + dollarsPerHour / queriesPerHour
        }
    }

    /// At which rates of queries one way is cheaper than another.
    public enum Advantage: Sendable, Hashable {
        case always, never
        case above(queriesPerHour: Double)
        case below(queriesPerHour: Double)
    }

    public let use: RetrievalUse
    /// Corpus, question and answer in one sequence.
    public let whole: ServingPlan
    /// Passages, question and answer: on as many accelerators as were asked for, else on the smallest server that holds them.
    public let passages: ServingPlan
    public let corpusTokens: Int

    /// - Throws: where the sequence has no room for a corpus that is longer than the passages.
    public init(_ plan: ServingPlan, _ use: RetrievalUse, on supply: ServingPlan.Supply) throws(RetrievalError) {
        let corpus = plan.context - use.exchangeTokens
        guard corpus > use.passages * use.passageTokens else {
            throw RetrievalError(context: plan.context, use: use)
        }
        self.use = use
        whole = plan
        passages = ServingPlan(
            plan.cache, context: use.promptTokens + use.answerTokens, batch: plan.batch, on: supply)
        corpusTokens = corpus
    }

    public var costs: [Cost] { [reading, keeping, retrieving] }

    /// Passages in the index; the last one may be short.
    public var indexedPassages: Int { (corpusTokens + use.passageTokens - 1) / use.passageTokens }

    public var indexBytes: Double {
        Double(indexedPassages) * Double(use.vectorDimensions) * use.bytesPerDimension
    }

    /// What the search takes: as given, else one pass over the index.
    public var searchSeconds: Double {
        use.searchSeconds ?? indexBytes / passages.deployment.with(count: 1).bytesPerSecond
    }

    /// Of one accelerator: two FLOPs a parameter and token.
    public func embeddingSeconds(tokens: Int) -> Double {
        2 * use.embeddingParameters * Double(tokens) / passages.deployment.with(count: 1).flopsPerSecond
    }

    /// Dollars an hour for memory, as a share of an accelerator.
    public func rent(bytes: Double) -> Double? {
        let one = whole.deployment.with(count: 1)
        return one.dollarsPerAcceleratorHour.map { $0 * bytes / one.usableBytes }
    }

    /// Whether `way` is cheaper than `other`, at which rates; nil where no rent is known.
    public func advantage(of way: Way, over other: Way) -> Advantage? {
        func cost(_ way: Way) -> Cost { costs.first { $0.way == way }! }
        let (one, two) = (cost(way), cost(other))
        guard let query = one.dollarsPerQuery, let hour = one.dollarsPerHour, let otherQuery = two.dollarsPerQuery,
            let otherHour = two.dollarsPerHour
        else { return nil }
        let (saved, added) = (otherQuery - query, hour - otherHour)
        if saved > 0 { return added > 0 ? .above(queriesPerHour: added / saved) : .always }
        return added < 0 && saved < 0 ? .below(queriesPerHour: added / saved) : added < 0 ? .always : .never
    }

    private var reading: Cost {
        let seconds = whole.with(context: corpusTokens + use.questionTokens).secondsToFirstToken
        return Cost(
            way: .reading, tokensRead: corpusTokens + use.questionTokens, secondsToFirstToken: seconds,
            dollarsPerQuery: dollars(reading: seconds, on: whole), dollarsPerHour: dollars(0, on: whole))
    }

    private var keeping: Cost {
        let question = Prefill(whole.model, tokens: use.questionTokens, cached: corpusTokens)
        let seconds =
            question.seconds(on: whole.deployment) + whole.traffic.seconds(tokens: use.questionTokens)
        let corpus = dollars(whole.with(context: corpusTokens).secondsToFirstToken, on: whole)
        let rent = rent(bytes: whole.cache.bytes(tokens: corpusTokens))
        return Cost(
            way: .keeping, tokensRead: use.questionTokens, secondsToFirstToken: seconds,
            dollarsPerQuery: dollars(reading: seconds, on: whole),
            dollarsPerHour: rent.flatMap { rent in corpus.map { rent + $0 / use.cacheHours } })
    }

    private var retrieving: Cost {
        let finding = embeddingSeconds(tokens: use.questionTokens) + searchSeconds
        let seconds = passages.with(context: use.promptTokens).secondsToFirstToken
        let one = passages.deployment.with(count: 1).dollarsPerSecond
        let embedding = one.map { $0 * embeddingSeconds(tokens: corpusTokens) }
        return Cost(
            way: .retrieving, tokensRead: use.promptTokens, secondsToFirstToken: finding + seconds,
            dollarsPerQuery: dollars(reading: seconds, on: passages).flatMap { query in one.map { query + $0 * finding }
            },
            dollarsPerHour: rent(bytes: indexBytes).flatMap { rent in
                embedding.map { rent + $0 / use.corpusHours }
            })
    }

    /// Reading alone, and writing in the plan's batch.
    private func dollars(reading seconds: Double, on plan: ServingPlan) -> Double? {
        dollars(seconds + Double(use.answerTokens) * plan.secondsPerStep / Double(plan.batch), on: plan)
    }

    private func dollars(_ seconds: Double, on plan: ServingPlan) -> Double? {
        plan.deployment.dollarsPerSecond.map { $0 * seconds }
    }
}

/// A context that leaves nothing to choose.
public struct RetrievalError: Fault, Equatable {
    let context: Int
    let use: RetrievalUse

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "--rag compares a corpus with \(use.passages) passages of \(use.passageTokens) tokens, and a context of \(context) tokens, less "
            + "\(use.exchangeTokens) for question and answer, holds no corpus that is longer than these; give a longer --context or fewer "
            + "--passages"
    }
}
