import Quantities
import Serving

/// A corpus in the context against retrieval: what a question costs, and from how many questions on keeping the corpus pays.
enum PlanRetrieval {
    static func blocks(_ plan: ContextOrRetrieval, explain: Bool) -> [Document.Block] {
        let use = plan.use
        let rows = plan.costs.map { cost in
            [
                name(cost.way, use), Quantity.tokens(cost.tokensRead), Quantity.time(seconds: cost.secondsToFirstToken),
                PlanContexts.dollars(cost.dollarsPerQuery), PlanContexts.dollars(cost.dollarsPerHour),
                PlanContexts.dollars(cost.dollars(queriesPerHour: use.queriesPerHour)),
            ]
        }
        let table = Table(
            columns: [
                .init("way", .left), .init("reads"), .init("first token"), .init("$ a query"), .init("$ an hour"),
                .init("$ at \(count(use.queriesPerHour))/h"),
            ], rows: rows)
        return [
            .heading("Context or retrieval"),
            .list(sentences(plan)),
            .table(
                caption: "A question of \(Quantity.count(use.questionTokens)) tokens about a corpus of "
                    + "\(Quantity.tokens(plan.corpusTokens)), answered in \(Quantity.count(use.answerTokens))", table),
            .paragraph(assumptions(plan)),
        ] + (explain ? [.list(explanation(plan))] : [])
    }

    /// As rows and lines are called.
    static func name(_ way: ContextOrRetrieval.Way, _ use: RetrievalUse) -> String {
        switch way {
        case .reading: "read it each time"
        case .keeping: "keep it cached"
        case .retrieving: "retrieve \(use.passages) × \(use.passageTokens)"
        }
    }

    private static func count(_ queries: Double) -> String {
        queries >= 10 ? Quantity.count(Int(saturating: queries.rounded())) : Quantity.significant(queries, digits: 2)
    }

    static func sentences(_ plan: ContextOrRetrieval) -> [String] {
        ContextOrRetrieval.comparisons.compactMap { way, other in
            plan.advantage(of: way, over: other).map { "\(subject(way)) \(verdict($0)) \(object(other))\(ending($0))" }
        }
    }

    private static func subject(_ way: ContextOrRetrieval.Way) -> String {
        switch way {
        case .reading: "Reading the corpus for every question"
        case .keeping: "Keeping the corpus cached"
        case .retrieving: "Retrieval"
        }
    }

    private static func object(_ way: ContextOrRetrieval.Way) -> String {
        switch way {
        case .reading: "reading it for every question"
        case .keeping: "keeping it cached"
        case .retrieving: "retrieval"
        }
    }

    private static func verdict(_ advantage: ContextOrRetrieval.Advantage) -> String {
        switch advantage {
        case .always, .above, .below: "costs less than"
        case .never: "costs more than"
        }
    }

    private static func ending(_ advantage: ContextOrRetrieval.Advantage) -> String {
        switch advantage {
        case .always, .never: " at any number of questions."
        case .above(let queries): " from \(count(queries)) questions an hour on."
        case .below(let queries): " up to \(count(queries)) questions an hour."
        }
    }

    private static func assumptions(_ plan: ContextOrRetrieval) -> String {
        let use = plan.use
        let share = Double(use.passages * use.passageTokens) / Double(plan.corpusTokens)
        let search =
            use.searchSeconds == nil
            ? "one pass over the index in an accelerator's memory, \(Quantity.time(seconds: plan.searchSeconds))"
            : "\(Quantity.time(seconds: plan.searchSeconds)), as given"
        return
            "Retrieval shows the model \(Quantity.percent(share)) of the corpus; what it misses is not counted. The cache is read "
            + "again after \(hours(use.cacheHours)), the corpus embedded again after \(hours(use.corpusHours)), by a "
            + "model of \(Quantity.rough(Int(saturating: use.embeddingParameters))) parameters. Index: "
            + "\(Quantity.count(plan.indexedPassages)) vectors, \(Quantity.decimalBytes(plan.indexBytes)). Search: \(search). "
            + "Memory is rented as a share of an accelerator; whole: \(PlanFigures.place(plan.whole)), passages: "
            + "\(PlanFigures.place(plan.passages))."
    }

    private static func hours(_ hours: Double) -> String { "\(Quantity.significant(hours, digits: 3)) h" }

    /// Each price with its numbers.
    private static func explanation(_ plan: ContextOrRetrieval) -> [String] {
        let (use, whole) = (plan.use, plan.whole)
        func dollars(_ value: Double?) -> String { PlanContexts.dollars(value) }
        let corpus = whole.with(context: plan.corpusTokens)
        let cache = whole.cache.bytes(tokens: plan.corpusTokens)
        let one = whole.deployment.with(count: 1)
        let writing = Double(use.answerTokens) * whole.secondsPerStep / Double(whole.batch)
        let short = Double(use.answerTokens) * plan.passages.secondsPerStep / Double(plan.passages.batch)
        return [
            "Rent of the cache an hour = KV bytes of the corpus / usable bytes of an accelerator × its rent = "
                + "\(Quantity.decimalBytes(cache)) / \(Quantity.decimalBytes(one.usableBytes)) × "
                + "\(dollars(one.dollarsPerAcceleratorHour)) = \(dollars(plan.rent(bytes: cache)))",
            "Reading the corpus into the cache = \(Quantity.time(seconds: corpus.secondsToFirstToken)) on "
                + "\(PlanFigures.place(whole)) = \(dollars(corpus.dollarsPerPrompt)), once in \(hours(use.cacheHours))",
            "Writing an answer = answer × a step / batch = \(Quantity.count(use.answerTokens)) × "
                + "\(Quantity.time(seconds: whole.secondsPerStep)) / \(whole.batch) = \(Quantity.time(seconds: writing)) with the corpus in "
                + "the context, \(Quantity.time(seconds: short)) with passages",
            "Embedding the corpus = 2 × parameters × tokens / FLOP/s of an accelerator = 2 × "
                + "\(Quantity.rough(Int(saturating: use.embeddingParameters))) × \(Quantity.count(plan.corpusTokens)) / "
                + "\(Quantity.flops(perSecond: one.flopsPerSecond)) = "
                + "\(Quantity.time(seconds: plan.embeddingSeconds(tokens: plan.corpusTokens))), once in "
                + hours(use.corpusHours),
            "Index = passages × dimensions × bytes = \(Quantity.count(plan.indexedPassages)) × "
                + "\(Quantity.count(use.vectorDimensions)) × \(Quantity.significant(use.bytesPerDimension, digits: 3)) = "
                + "\(Quantity.decimalBytes(plan.indexBytes)), rent \(dollars(plan.rent(bytes: plan.indexBytes))) an hour",
        ]
    }
}
