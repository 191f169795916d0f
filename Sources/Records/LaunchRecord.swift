/// One process that measured, as a line of the results file: which launch it belongs to, and what the machine did
/// meanwhile. A launch that was interrupted and gone on with has several; one that was killed has none.
public struct LaunchRecord: Sendable, Codable, Hashable {
    public let launch: Int
    /// ISO 8601, UTC.
    public let startedAt: String
    /// Bytes that were added to the environment variables, so that the stack begins elsewhere in each launch.
    public let paddingBytes: Int
    public let conditions: LaunchConditions
    /// Nil in files of earlier builds.
    public let secondsSpent: TimeSpent?
    /// Where it ran, where several hosts share a sweep; nil where there is one.
    public internal(set) var host: String?

    public init(
        launch: Int, startedAt: String, paddingBytes: Int, conditions: LaunchConditions, secondsSpent: TimeSpent? = nil
    ) {
        self.launch = launch
        self.startedAt = startedAt
        self.paddingBytes = paddingBytes
        self.conditions = conditions
        self.secondsSpent = secondsSpent
    }
}
