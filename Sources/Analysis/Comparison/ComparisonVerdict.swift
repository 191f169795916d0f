/// What a comparison says of a whole run.
public enum ComparisonVerdict: String, Sendable, Codable, CaseIterable {
    /// The candidate computes something else than the reference does; how fast does not matter then.
    case wrong = "WRONG"
    /// The candidate's engine broke down, or refused what the baseline computes: what else was found is told beside it.
    case engineFailed = "ENGINE FAILED"
    case regressed = "REGRESSED"
    /// Something is open: a cell, a guard, or a cell that the baseline has and the candidate has not.
    case inconclusive = "INCONCLUSIVE"
    case improved = "IMPROVED"
    case pass = "PASS"
}
