/// Questions that are asked about a corpus, and how passages for them are found. None of it can be known from a model: each is
/// a flag of `attnbench plan --rag`.
public struct RetrievalUse: Sendable, Hashable {
    public var queriesPerHour = 60.0
    public var questionTokens = 100
    public var answerTokens = 300
    /// Passages that are put into the prompt, and the tokens of each.
    public var passages = 20
    public var passageTokens = 512
    /// Hours for which the corpus stays in a prefix cache until it is read again.
    public var cacheHours = 24.0
    /// Hours until the corpus has changed so much that all of it is embedded again.
    public var corpusHours = 720.0
    /// Parameters of the model that turns passages and questions into vectors: by default those of BGE-large-en-v1.5, with
    /// its vectors of 1,024 dimensions and its passages of at most 512 tokens.
    public var embeddingParameters = 335e6
    public var vectorDimensions = 1024
    public var bytesPerDimension = 4.0
    /// Nil for an exact search that reads the whole index once, from an accelerator's memory.
    public var searchSeconds: Double?

    public init() {}

    /// Of a prompt with passages in place of the corpus.
    public var promptTokens: Int { passages * passageTokens + questionTokens }

    /// Tokens of a sequence that are not the corpus.
    public var exchangeTokens: Int { questionTokens + answerTokens }
}
