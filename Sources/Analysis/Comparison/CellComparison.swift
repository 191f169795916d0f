import Records
import Statistics

/// One cell of a sweep, baseline against candidate.
public struct CellComparison: Sendable, Codable, Hashable {
    public let workload: Workload
    public let verdict: CellVerdict
    /// Time of the candidate over that of the baseline, with the interval that the verdict was taken from: its level is
    /// 0.95, or higher where several cells were tested at once.
    public let ratio: Estimate
    /// The smallest slowdown, as a fraction, that would have been called REGRESSED in four of five such runs. Nil where a
    /// single launch leaves nothing to judge by.
    public let smallestVisibleSlowdown: Double?
    /// Launches of each side that the ratio comes from.
    public let launches: Int
    /// Median time of one call.
    public let baselineNanoseconds: Double
    public let candidateNanoseconds: Double
    /// What a reader has to know about this cell.
    public let findings: [Caution]

    public init(
        workload: Workload, verdict: CellVerdict, ratio: Estimate, smallestVisibleSlowdown: Double?,
        launches: Int, baselineNanoseconds: Double, candidateNanoseconds: Double, findings: [Caution] = []
    ) {
        self.workload = workload
        self.verdict = verdict
        self.ratio = ratio
        self.smallestVisibleSlowdown = smallestVisibleSlowdown
        self.launches = launches
        self.baselineNanoseconds = baselineNanoseconds
        self.candidateNanoseconds = candidateNanoseconds
        self.findings = findings
    }
}
