import Attention
import Records
import Statistics

/// What a run is going to do, before it does it.
public struct RunPlan: Sendable {
    public struct Cell: Sendable, Hashable {
        public enum Decision: Sendable, Hashable {
            case run(rounds: Int)
            case skip(reason: String)
        }

        public let workload: Workload
        /// Predicted time of one call; nil where the kernel refuses the problem.
        public let callSeconds: Double?
        /// Q, K, V, O and the kernel's own memory; nil where the kernel refuses the problem.
        public let bytes: Int?
        public let decision: Decision
    }

    /// In the order of the sweep.
    public let cells: [Cell]
    /// Predicted time of the whole run, with what was spent before it.
    public let seconds: Double
    public let timeBudgetSeconds: Double
    public let memoryLimitBytes: Int
}

/// Which cells fit into memory and into the time budget.
///
/// Cells are taken from the cheapest to the dearest, and each admitted one keeps time back for the rounds without
/// which its median has no interval: a dear cell never costs a cheap one its rounds.
struct Admission {
    let options: RunOptions
    let memoryLimitBytes: Int
    let minimumSampleSeconds: Double
    /// Held back for the rounds of the cells admitted so far, and for the checks after them.
    private(set) var reservedSeconds = 0.0

    /// A single pass cannot be cut short, so its prediction has to leave some room.
    static let singlePassMargin = 1.1
    /// Time held back for single passes, over their prediction: more than the margin that admits them, because the
    /// prediction grows when the cells before them turn out slower than their probes.
    static let heldBackMargin = 1.3

    init(options: RunOptions, memoryLimitBytes: Int, minimumSampleSeconds: Double) {
        self.options = options
        self.memoryLimitBytes = memoryLimitBytes
        self.minimumSampleSeconds = minimumSampleSeconds
    }

    /// Preparation and the least of rounds: what cells are ordered by.
    func leastSeconds(_ cost: CellCost) -> Double {
        cost.preparationSeconds(minimumSampleSeconds: minimumSampleSeconds) + roundsSeconds(cost)
    }

    /// Why a cell may not run.
    struct Refusal {
        /// With the cell's own numbers.
        let reason: String
        /// Beside the cell's own numbers: the same for every cell that is refused alike.
        let brief: String
    }

    /// Nil where a cell may run, `elapsedSeconds` into the budget.
    func refusal(of cost: CellCost, elapsedSeconds: Double) -> Refusal? {
        guard cost.bytes <= memoryLimitBytes else {
            let limit = "this run may use \(ByteCount.text(memoryLimitBytes))"
            return Refusal(
                reason: "needs \(ByteCount.text(cost.bytes)) of memory; \(limit)", brief: "needs more memory: \(limit)")
        }
        let left = options.timeBudgetSeconds - elapsedSeconds - reservedSeconds
        let needed = leastSeconds(cost) * (cost.isSinglePass ? Self.singlePassMargin : 1)
        guard needed <= left else {
            let what = needed <= options.timeBudgetSeconds ? "what is left of the time budget" : "the time budget"
            let budget = "does not fit into \(what) of \(TimeBudget.text(seconds: options.timeBudgetSeconds))"
            return Refusal(
                reason: "one call would take about \(TimeBudget.text(seconds: cost.callSeconds)), with its tensors and "
                    + "its check \(TimeBudget.text(seconds: leastSeconds(cost))); that \(budget)",
                brief: "with its tensors, its check and enough calls for an interval, \(budget)")
        }
        return nil
    }

    mutating func admit(_ cost: CellCost) { reservedSeconds += roundsSeconds(cost) }

    private func roundsSeconds(_ cost: CellCost) -> Double {
        let rounds = Double(min(options.rounds, cost.minimumRounds))
        return rounds * cost.visitSeconds(options, minimumSampleSeconds: minimumSampleSeconds, isResident: true)
            + cost.finalCheckSeconds
    }
}

/// Sizes in memory as people read them.
public enum ByteCount {
    /// Two digits or more, in binary units: `512 B`, `1.5 MiB`, `25 GiB`.
    public static func text(_ bytes: Int) -> String {
        var number = Double(bytes)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB"] where number >= 1024 {
            number /= 1024
            unit = next
        }
        let digits =
            number < 9.95 && unit != "B"
            ? "\((number * 10).rounded() / 10)" : "\(Int(saturating: number.rounded()))"
        return (digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits) + " " + unit
    }
}
