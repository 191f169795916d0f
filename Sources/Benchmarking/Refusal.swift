import Quantities
import Records

/// Why a cell is not measured.
public enum Refusal: Hashable, Sendable {
    /// The kernel does not take the problem.
    case unsupported(reason: String)
    /// Its engine broke when its series was tried.
    case broken(reason: String)
    case memory(neededBytes: Int, limitBytes: Int)
    case time(Time)
    /// With the cells before it, making it ready would take more of the budget than is meant for that.
    case preparing(budgetSeconds: Double)
    /// What it would take is not known.
    case unknown(budgetSeconds: Double)
    /// Admitted, and then the time ended before its first round.
    case noRound

    public struct Time: Hashable, Sendable {
        let callSeconds: Double
        /// With tensors, check and the calls that an interval needs.
        let neededSeconds: Double
        let budgetSeconds: Double
        /// False where the whole budget would have been enough.
        let exceedsBudget: Bool
    }

    /// With the cell's own numbers.
    public var reason: String {
        switch self {
        case .memory(let neededBytes, let limitBytes):
            "needs \(Quantity.bytes(neededBytes)) of memory; \(Self.limit(limitBytes))"
        case .time(let time):
            "one call would take about \(TimeBudget.text(seconds: time.callSeconds)), with its tensors and "
                + "its check \(TimeBudget.text(seconds: time.neededSeconds)); that \(time.excess)"
        case .unsupported, .broken, .preparing, .unknown, .noRound: brief
        }
    }

    /// The same text for every cell that is refused alike, for a table that shows the numbers beside it.
    public var brief: String {
        switch self {
        case .unsupported(let reason), .broken(let reason): reason
        case .memory(_, let limitBytes): "needs more memory: \(Self.limit(limitBytes))"
        case .time(let time): "with its tensors, its check and enough calls for an interval, \(time.excess)"
        case .preparing(let seconds):
            "to make it ready and to check it, with the cells before it, would take more than half of the time budget of "
                + TimeBudget.text(seconds: seconds)
        case .unknown(let seconds):
            "the time budget of \(TimeBudget.text(seconds: seconds)) left no time to measure a first call"
        case .noRound: "the time budget ended before its first round"
        }
    }

    /// What becomes of the cell.
    var outcome: Measurement.Outcome {
        if case .broken(let reason) = self { return .broken(reason: reason) }
        return .skipped(reason: reason)
    }

    private static func limit(_ bytes: Int) -> String { "this run may use \(Quantity.bytes(bytes))" }
}

extension Refusal.Time {
    fileprivate var excess: String {
        let what = exceedsBudget ? "the time budget" : "what is left of the time budget"
        return "does not fit into \(what) of \(TimeBudget.text(seconds: budgetSeconds))"
    }
}
