import Attention
import Records

/// What each run of a self-test plants: a pure function of the seed.
///
/// Every other run plants nothing, and shows false alarms. The runs between slow some cells down, each by another level,
/// and show what is found; never so many that the median over all cells would move, since that is a guard's business.
public struct SelfTestPlan: Sendable {
    /// Fractions by which cells are slowed down.
    public static let levels = [0.03, 0.05, 0.07, 0.10, 0.20]

    public let workloads: [Workload]
    public let seed: UInt64

    public init(_ workloads: [Workload], seed: UInt64) {
        self.workloads = workloads
        self.seed = seed
    }

    /// - Parameter run: from 0.
    public func planted(run: Int) -> [Workload: Double] {
        guard !run.isMultiple(of: 2) else { return [:] }
        var generator = SplitMix64(seed: seed &+ UInt64(run))
        // At most two cells of five; where that is fewer than there are levels, these take turns.
        let count = min(Self.levels.count, workloads.count * 2 / 5)
        let cells = workloads.shuffled(using: &generator).prefix(count)
        let first = run / 2 * count
        return Dictionary(
            uniqueKeysWithValues: cells.enumerated().map { place, cell in
                (cell, Self.levels[(first + place) % Self.levels.count])
            })
    }
}
