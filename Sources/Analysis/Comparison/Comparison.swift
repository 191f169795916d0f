import Records
import Statistics

/// Two builds compared: all that a gate or a comparison of results files found, written as `comparison.json`.
public struct Comparison: Sendable, Codable, Hashable {
    public static let currentSchema = "attnbench-comparison/1"

    /// How the two sides were measured.
    public enum Method: String, Sendable, Codable {
        /// Both builds in turn on one core, milliseconds apart.
        case paired
        /// Two results files, measured at different times.
        case separateSessions = "separate sessions"
    }

    /// One of the two sides: a build of this program, or another engine.
    public struct Side: Sendable, Codable, Hashable {
        /// The program, the results file, or the engine as the user named it.
        public let path: String
        /// Nil of an engine that is no build of this program.
        public let build: ResultsHeader.Build?
        /// Nil of a build of this program.
        public let engine: EngineIdentity?

        public init(path: String, build: ResultsHeader.Build) {
            self.path = path
            self.build = build
            engine = nil
        }

        public init(path: String, engine: EngineIdentity) {
            self.path = path
            build = nil
            self.engine = engine
        }
    }

    public let schema: String
    public let method: Method
    /// The sweep's name.
    public let sweep: String
    /// The change, as a fraction, that is tolerated.
    public let delta: Double
    public let baseline: Side
    public let candidate: Side
    public let machine: Machine
    public let seed: UInt64
    /// What makes this comparison again.
    public let command: String
    /// Wall time of the measuring.
    public let seconds: Double
    /// In the order of the sweep.
    public let cells: [CellComparison]
    public let uncompared: [UncomparedCell]
    public let guards: [ComparisonGuard]
    public let shape: [ShapeFinding]
    /// Of the whole run.
    public let verdict: ComparisonVerdict
    public let cautions: [Caution]

    public init(
        method: Method, sweep: String, delta: Double, baseline: Side, candidate: Side, machine: Machine, seed: UInt64,
        command: String, seconds: Double, cells: [CellComparison], uncompared: [UncomparedCell] = [],
        guards: [ComparisonGuard] = [], shape: [ShapeFinding] = [], cautions: [Caution] = []
    ) {
        schema = Self.currentSchema
        self.method = method
        self.sweep = sweep
        self.delta = delta
        self.baseline = baseline
        self.candidate = candidate
        self.machine = machine
        self.seed = seed
        self.command = command
        self.seconds = seconds
        self.cells = cells
        self.uncompared = uncompared
        self.guards = guards
        self.shape = shape
        self.cautions = cautions
        verdict = Self.verdict(
            cells: cells.map(\.verdict), uncompared: uncompared.map(\.cause), guards: guards, shape: shape)
    }

    /// Cells whose result is wrong in the candidate.
    public var wrong: [UncomparedCell] { uncompared.filter { $0.cause == .wrong } }

    /// Cells in which the candidate's engine broke down, or which it refused.
    public var engineFailures: [UncomparedCell] { uncompared.filter { $0.cause == .engineFailed } }

    /// Cells of which the baseline has a time, and the candidate has none.
    public var missing: [UncomparedCell] { uncompared.filter { $0.cause == .missing } }

    /// Whether what the clock says counts: it was held against something, and no guard failed. Otherwise the verdicts of
    /// cells are what they would have been.
    public var clockIsTrusted: Bool { Self.clockIsTrusted(cells: cells.map(\.verdict), guards: guards) }

    private static func clockIsTrusted(cells: [CellVerdict], guards: [ComparisonGuard]) -> Bool {
        !cells.isEmpty && guards.allSatisfy(\.passed)
    }

    /// A wrong result makes all else worthless. An engine that breaks down is no candidate. A failed count needs no clock and stands whatever the guards say. A guard
    /// that failed leaves all that the clock says open. After that the shape and then the worst cell decide, where a cell
    /// that is missing in the candidate is as open as one that is inconclusive; a run without a cell says nothing.
    static func verdict(
        cells: [CellVerdict], uncompared: [UncomparedCell.Cause] = [], guards: [ComparisonGuard], shape: [ShapeFinding]
    ) -> ComparisonVerdict {
        if uncompared.contains(.wrong) { return .wrong }
        if uncompared.contains(.engineFailed) { return .engineFailed }
        let failed = shape.filter { !$0.passed }
        if failed.contains(where: \.kind.isCounted) { return .regressed }
        if !clockIsTrusted(cells: cells, guards: guards) { return .inconclusive }
        if !failed.isEmpty || cells.contains(.regressed) { return .regressed }
        if uncompared.contains(.missing) || cells.contains(.inconclusive) { return .inconclusive }
        return cells.contains(.improved) ? .improved : .pass
    }
}

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

/// What a comparison says of a cell whose time both sides have.
///
/// A test of equivalence on both sides: a change counts when its interval lies wholly beyond the tolerance, and is
/// denied when the interval lies wholly inside. Everything else is said to be open, which is not the same as a pass.
public enum CellVerdict: String, Sendable, Codable, CaseIterable {
    case pass = "PASS"
    case regressed = "REGRESSED"
    case improved = "IMPROVED"
    case inconclusive = "INCONCLUSIVE"
}

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
