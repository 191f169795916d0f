/// One thing that can spoil a measurement. Unknown is never taken for ok.
public struct EnvironmentCheck: Hashable, Codable, Sendable {
    public enum State: String, Codable, Sendable { case ok, bad, unknown }

    public let name: String
    public let state: State
    /// What was found and, where bad, what to do.
    public let detail: String

    public init(name: String, state: State, detail: String) {
        self.name = name
        self.state = state
        self.detail = detail
    }
}
