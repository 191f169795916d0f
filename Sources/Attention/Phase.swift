/// What a model is doing when it attends.
public enum Phase: String, Codable, Sendable, CaseIterable {
    /// Reading a prompt: every token is a query.
    case prefill
    /// Writing: one query a step, the last token, against all that is cached.
    case decode
}
