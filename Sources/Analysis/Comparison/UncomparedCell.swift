import Records

/// A cell that has no ratio.
public struct UncomparedCell: Sendable, Codable, Hashable {
    public enum Cause: String, Sendable, Codable, CaseIterable {
        /// The candidate's result is wrong.
        case wrong
        /// The baseline has a time of it, and the candidate has none.
        case missing
        /// The baseline has no time of it, so that there is nothing to compare with.
        case noBaseline = "no baseline"
    }

    public let workload: Workload
    public let cause: Cause
    public let reason: String

    public init(workload: Workload, cause: Cause, reason: String) {
        self.workload = workload
        self.cause = cause
        self.reason = reason
    }

    /// A cell whose result is wrong in the candidate.
    init(wrong workload: Workload, _ wrongness: String) {
        self.init(workload: workload, cause: .wrong, reason: "its result in the candidate is wrong: \(wrongness)")
    }
}
