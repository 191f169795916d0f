import Records

/// A cell that has no ratio.
public struct UncomparedCell: Sendable, Codable, Hashable {
    public enum Cause: String, Sendable, Codable, CaseIterable {
        /// The candidate's result is wrong.
        case wrong
        /// The baseline has a time of it, and the candidate has none.
        case missing
        /// The candidate's engine broke down in it, or refused what the baseline computes.
        case engineFailed = "engine failed"
        /// The baseline has no time of it, so that there is nothing to compare with.
        case noBaseline = "no baseline"
    }

    /// What a cell without a ratio is called beside the verdicts of the others; nil where nothing is wrong with it.
    public var alarm: String? {
        switch cause {
        case .wrong: "WRONG"
        case .engineFailed: "ENGINE FAILED"
        case .missing: "MISSING"
        case .noBaseline: nil
        }
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
