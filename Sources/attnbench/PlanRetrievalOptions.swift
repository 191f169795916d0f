import ArgumentParser
import Quantities
import Serving

/// A corpus in the context against retrieval: `--rag`, and everything that it assumes.
struct PlanRetrievalOptions: ParsableArguments {
    @Flag(
        name: .long,
        help:
            "Compare a corpus as long as the context with retrieval: dollars a question, and from how many on which pays."
    )
    var rag = false

    @Option(
        name: .long, help: ArgumentHelp("Questions in an hour. (default: 60)", valueName: "n"))
    var queriesPerHour: Double?

    @Option(name: .long, help: ArgumentHelp("Tokens of a question. (default: 100)", valueName: "n"))
    var questionTokens: Int?

    @Option(name: .long, help: ArgumentHelp("Tokens of an answer. (default: 300)", valueName: "n"))
    var answerTokens: Int?

    @Option(
        name: .long, help: ArgumentHelp("Passages that a search puts into the prompt. (default: 20)", valueName: "n"))
    var passages: Int?

    @Option(name: .long, help: ArgumentHelp("Tokens of a passage. (default: 512)", valueName: "n"))
    var passageTokens: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("Hours for which the corpus stays in a prefix cache. (default: 24)", valueName: "hours"))
    var cacheHours: Double?

    @Option(
        name: .long,
        help: ArgumentHelp("Hours after which the whole corpus is embedded again. (default: 720)", valueName: "hours"))
    var corpusHours: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Parameters of the embedding model, in millions. (default: 335, as BGE-large-en-v1.5 has)",
            valueName: "millions"))
    var embeddingParameters: Double?

    @Option(name: .long, help: ArgumentHelp("Dimensions of a vector. (default: 1024)", valueName: "n"))
    var vectorDimensions: Int?

    @Option(name: .long, help: ArgumentHelp("Bytes of a dimension in the index. (default: 4)", valueName: "bytes"))
    var dimensionBytes: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What a search takes, as `attnbench search` measures it. (default: one pass over the index in an accelerator's memory)",
            valueName: "time"),
        transform: PlanRetrievalOptions.time)
    var searchTime: Double?

    @Sendable private static func time(_ text: String) throws -> Double {
        guard let seconds = TimeBudget.parse(text) else {
            throw ValidationError("--search-time is \"\(text)\"; \(TimeBudget.form)")
        }
        return seconds
    }

    private static let mostTokens = 1 << 24

    func validate() throws {
        let counts = [
            ("question-tokens", questionTokens), ("answer-tokens", answerTokens), ("passages", passages),
            ("passage-tokens", passageTokens), ("vector-dimensions", vectorDimensions),
        ]
        let amounts = [
            ("queries-per-hour", queriesPerHour), ("cache-hours", cacheHours), ("corpus-hours", corpusHours),
            ("embedding-parameters", embeddingParameters), ("dimension-bytes", dimensionBytes),
            ("search-time", searchTime),
        ]
        if !rag {
            let given = counts.filter { $0.1 != nil }.map(\.0) + amounts.filter { $0.1 != nil }.map(\.0)
            if let name = given.first { throw ValidationError("--\(name) needs --rag, which compares with retrieval") }
        }
        for case (let name, let value?) in counts where !(1...Self.mostTokens).contains(value) {
            throw ValidationError("--\(name) is \(value); it goes from 1 to 16M")
        }
        for case (let name, let value?) in amounts where !(value > 0 && value <= 1e12) {
            throw ValidationError("--\(name) is \(value); it is a number above 0, up to 10¹²")
        }
    }

    /// Nil without `--rag`.
    var use: RetrievalUse? {
        guard rag else { return nil }
        var use = RetrievalUse()
        use.queriesPerHour = queriesPerHour ?? use.queriesPerHour
        use.questionTokens = questionTokens ?? use.questionTokens
        use.answerTokens = answerTokens ?? use.answerTokens
        use.passages = passages ?? use.passages
        use.passageTokens = passageTokens ?? use.passageTokens
        use.cacheHours = cacheHours ?? use.cacheHours
        use.corpusHours = corpusHours ?? use.corpusHours
        use.embeddingParameters = embeddingParameters.map { $0 * 1e6 } ?? use.embeddingParameters
        use.vectorDimensions = vectorDimensions ?? use.vectorDimensions
        use.bytesPerDimension = dimensionBytes ?? use.bytesPerDimension
        use.searchSeconds = searchTime
        return use
    }
}
