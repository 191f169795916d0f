/// Which part of a time budget may go into what is not measuring: what is left is for the cells.
public enum BudgetShare {
    /// The machine's ceilings.
    public static let ceilings = 0.15
    /// Short calls from which the cost of every cell is predicted.
    static let probing = 0.2
    /// Making cells ready and checking them, of all cells that are visited in rounds. A cell of which a single call takes
    /// seconds is none of them: that pass is its sample.
    static let preparing = 0.5

    /// What a budget pays of the time that measuring the ceilings took. More than its share is not taken from the cells: on a
    /// machine that is slow at it a short sweep would be left with nothing.
    public static func charged(ceilingSeconds: Double, budgetSeconds: Double) -> Double {
        min(ceilingSeconds, ceilings * budgetSeconds)
    }

    /// Seconds that probing may take.
    ///
    /// - Parameter elapsedSeconds: how much of the budget is spent.
    static func probingSeconds(budgetSeconds: Double, elapsedSeconds: Double) -> Double {
        guard budgetSeconds.isFinite else { return .infinity }
        return max(0, min(probing * budgetSeconds, (budgetSeconds - elapsedSeconds) / 2))
    }
}
