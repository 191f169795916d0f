import Analysis
import Escaping

/// A line that GitHub's runner reads from what a step prints and shows beside the job.
public struct WorkflowCommand: Hashable, Sendable, CustomStringConvertible {
    public enum Level: String, Sendable { case warning, error }

    public let level: Level
    public let title: String
    public let message: String

    init(_ level: Level, title: String, message: String) {
        self.level = level
        self.title = title
        self.message = message
    }

    /// The worst that a comparison found; nil where nothing is wrong. One and no more: GitHub shows ten errors and ten
    /// warnings of a step and drops the rest.
    ///
    /// - Parameter link: where the whole is to be read.
    public init?(_ comparison: Comparison, link: String?) {
        let (level, finding): (Level, String)
        switch comparison.verdict {
        case .pass, .improved: return nil
        case .wrong: (level, finding) = (.error, Self.first(comparison.wrong, comparison))
        case .engineFailed: (level, finding) = (.error, Self.first(comparison.engineFailures, comparison))
        case .regressed: (level, finding) = (.error, Self.worstRegression(comparison))
        case .inconclusive: (level, finding) = (.warning, Self.worstDoubt(comparison))
        }
        self.init(
            level, title: "attnbench: \(comparison.verdict.rawValue)",
            message: finding + (link.map { "; all cells: \($0)" } ?? ""))
    }

    private static func first(_ cells: [UncomparedCell], _ comparison: Comparison) -> String {
        cells.first.map { "\($0.workload): \($0.reason)" } ?? ComparisonTables.verdict(comparison)
    }

    private static func worstRegression(_ comparison: Comparison) -> String {
        if comparison.clockIsTrusted, let worst = worst(.regressed, comparison) { return worst }
        let failed = comparison.shape.filter { !$0.passed }
        return (failed.first(where: \.kind.isCounted) ?? failed.first).map {
            "\($0.kind.rawValue) of \($0.subject): \($0.message)"
        } ?? ComparisonTables.verdict(comparison)
    }

    private static func worstDoubt(_ comparison: Comparison) -> String {
        if let check = comparison.guards.first(where: { !$0.passed }) {
            return "\(check.name.rawValue): \(check.message)"
        }
        if let cell = worst(.inconclusive, comparison) { return cell }
        return comparison.missing.first.map { "\($0.workload) has no time in the candidate: \($0.reason)" }
            ?? "no cell was compared"
    }

    private static func worst(_ verdict: CellVerdict, _ comparison: Comparison) -> String? {
        comparison.cells.filter { $0.verdict == verdict }.max { $0.ratio.value < $1.ratio.value }.map {
            "\($0.workload) takes \(ComparisonTables.ratio($0.ratio)) of the baseline's time"
        }
    }

    /// The message has its own rule, and so has a property.
    public var description: String {
        "::\(level.rawValue) title=\(WorkflowProperty.escaped(title))::\(WorkflowMessage.escaped(message))"
    }
}
