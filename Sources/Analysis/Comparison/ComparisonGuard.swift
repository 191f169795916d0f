import Statistics

/// A check of the measuring itself. One that fails makes the run INCONCLUSIVE, whatever the cells say.
public struct ComparisonGuard: Sendable, Codable, Hashable {
    public enum Name: String, Sendable, Codable, CaseIterable {
        /// The baseline, started twice, against itself.
        case baselineAgainstItself = "baseline against itself"
        /// A loop that is the same code in both builds.
        case frozenLoop = "frozen loop"
        /// The median ratio over all cells.
        case medianOverCells = "median over cells"
    }

    public let name: Name
    public let passed: Bool
    /// One sentence.
    public let message: String
    /// The ratio that was checked; 1 is no change.
    public let estimate: Estimate

    public init(name: Name, passed: Bool, message: String, estimate: Estimate) {
        self.name = name
        self.passed = passed
        self.message = message
        self.estimate = estimate
    }
}
