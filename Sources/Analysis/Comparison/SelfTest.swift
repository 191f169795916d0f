import Attention
import Records
import Statistics

/// What a gate says where the truth is known: the same build against itself, with slowdowns planted in some cells.
public struct SelfTest: Sendable, Codable, Hashable {
    public static let currentSchema = "attnbench-selftest/1"

    /// What became of the cells that were slowed down by one level.
    public struct Power: Sendable, Codable, Hashable {
        /// A fraction: 0.1 is ten per cent slower.
        public let planted: Double
        public let cells: Int
        /// The median ratio less 1 that was measured, to show that the planting was true.
        public let measured: Double
        public let regressed: BinomialProportion
        /// As a share, with its interval.
        public let found: Estimate
        public let inconclusive: Int
        public let passed: Int
    }

    /// What was tested, and how.
    public struct Subject: Sendable, Hashable {
        let sweep: String
        let delta: Double
        let machine: Machine
        let build: ResultsHeader.Build
        let seed: UInt64

        public init(sweep: String, delta: Double, machine: Machine, build: ResultsHeader.Build, seed: UInt64) {
            self.sweep = sweep
            self.delta = delta
            self.machine = machine
            self.build = build
            self.seed = seed
        }
    }

    public let schema: String
    public let sweep: String
    public let delta: Double
    public let machine: Machine
    public let build: ResultsHeader.Build
    public let seed: UInt64
    public let seconds: Double
    /// Runs in which nothing was planted, and how many of them ended in each way.
    public let quietRuns: Int
    public let falselyRegressedRuns: Int
    public let falselyImprovedRuns: Int
    public let inconclusiveRuns: Int
    /// Share of runs with even one false REGRESSED.
    public let falseAlarms: Estimate
    /// Cells without anything planted, over all runs, and how many of them were called REGRESSED.
    public let unplantedCells: Int
    public let falselyRegressedCells: Int
    /// Ascending in what was planted.
    public let power: [Power]
    /// The smallest slowdown that would have been found in four of five runs: the median over all cells and runs of what
    /// their scatter says.
    public let smallestVisibleSlowdown: Double?
    /// The longest gate run.
    public let longestRunSeconds: Double
}

/// Adds up the runs of a self-test.
public struct SelfTestTally: Sendable {
    /// One gate run and what was planted in it.
    public struct Run: Sendable {
        public let planted: [Workload: Double]
        public let cells: [CellComparison]
        public let verdict: ComparisonVerdict
        public let guardsPassed: Bool
        public let seconds: Double

        public init(planted: [Workload: Double], decision: GateDecision, seconds: Double) {
            self.init(
                planted: planted, cells: decision.cells,
                verdict: Comparison.verdict(
                    cells: decision.cells.map(\.verdict), guards: decision.guards, shape: decision.shape),
                guardsPassed: decision.guards.allSatisfy(\.passed), seconds: seconds)
        }

        init(
            planted: [Workload: Double], cells: [CellComparison], verdict: ComparisonVerdict, guardsPassed: Bool,
            seconds: Double
        ) {
            self.planted = planted
            self.cells = cells
            self.verdict = verdict
            self.guardsPassed = guardsPassed
            self.seconds = seconds
        }
    }

    public private(set) var runs: [Run] = []

    public init() {}

    public mutating func add(_ run: Run) { runs.append(run) }

    /// - Precondition: a run without anything planted was added.
    public func result(of subject: SelfTest.Subject, seconds: Double) -> SelfTest {
        let quiet = runs.filter { $0.planted.isEmpty }
        let falseRuns = quiet.count { $0.verdict == .regressed }
        let unplanted = runs.flatMap { run in
            run.cells.filter { run.planted[$0.workload] == nil }.map { (verdict: verdict(of: $0, in: run), cell: $0) }
        }
        let visible = runs.flatMap(\.cells).compactMap(\.smallestVisibleSlowdown)
        return SelfTest(
            schema: SelfTest.currentSchema, sweep: subject.sweep, delta: subject.delta, machine: subject.machine,
            build: subject.build, seed: subject.seed, seconds: seconds, quietRuns: quiet.count,
            falselyRegressedRuns: falseRuns,
            falselyImprovedRuns: quiet.count { run in
                run.guardsPassed && run.cells.contains { $0.verdict == .improved }
            },
            inconclusiveRuns: quiet.count { $0.verdict == .inconclusive },
            falseAlarms: BinomialProportion(successes: falseRuns, trials: quiet.count).estimate(),
            unplantedCells: unplanted.count, falselyRegressedCells: unplanted.count { $0.verdict == .regressed },
            power: SelfTestPlan.levels.compactMap(power),
            smallestVisibleSlowdown: visible.isEmpty ? nil : visible.median,
            longestRunSeconds: runs.map(\.seconds).max() ?? 0)
    }

    /// Where a guard failed the run says nothing of any cell.
    private func verdict(of cell: CellComparison, in run: Run) -> CellVerdict {
        run.guardsPassed ? cell.verdict : .inconclusive
    }

    private func power(at level: Double) -> SelfTest.Power? {
        let cells = runs.flatMap { run in
            run.cells.filter { run.planted[$0.workload] == level }.map { (verdict: verdict(of: $0, in: run), cell: $0) }
        }
        guard !cells.isEmpty else { return nil }
        let regressed = BinomialProportion(
            successes: cells.count { $0.verdict == .regressed }, trials: cells.count)
        return SelfTest.Power(
            planted: level, cells: cells.count, measured: cells.map(\.cell.ratio.value).median - 1,
            regressed: regressed, found: regressed.estimate(),
            inconclusive: cells.count { $0.verdict == .inconclusive }, passed: cells.count { $0.verdict == .pass })
    }
}

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
