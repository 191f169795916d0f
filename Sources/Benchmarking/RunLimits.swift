/// What one launch may use, and what it wants: all that admission has to know of a run beside its cells.
struct RunLimits: Hashable, Sendable {
    /// Infinite where only `rounds` ends the run.
    var timeBudgetSeconds = Double.infinity
    var memoryBytes: Int
    /// Most rounds that a cell is visited in.
    var rounds = 50
    var samplesPerVisit = 1
    /// The shortest sample to be trusted.
    var minimumSampleSeconds: Double
}
