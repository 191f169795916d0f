import Analysis
import Foundation
import Quantities
import Statistics

/// A comparison as text: its cells, its guards, what failed in its shape, and the verdict.
public enum ComparisonTables {
    public static func cells(_ comparison: Comparison) -> Table { cells(comparison.cells) }

    static func cells(_ cells: [CellComparison]) -> Table {
        var footnotes = Footnotes()
        let rows = cells.map { cell in
            [
                "\(cell.workload)",
                Quantity.time(nanoseconds: cell.baselineNanoseconds, digits: 3),
                ratio(cell.ratio), cell.smallestVisibleSlowdown.map { "≥ " + percent($0) } ?? "–",
                ([cell.verdict.rawValue] + cell.findings.map { footnotes.mark($0.description) }).joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("cell", .left), .init("baseline", .right, .whenWide), .init("ratio"),
                .init("could see"), .init("verdict", .left),
            ], rows: rows, footnotes: footnotes)
    }

    public static func guards(_ comparison: Comparison) -> Table {
        Table(
            columns: [.init("guard", .left), .init("ratio"), .init("", .left)],
            rows: comparison.guards.map { [$0.name.rawValue, ratio($0.estimate), $0.passed ? "ok" : "FAILED"] })
    }

    /// What a terminal shows, to the last line feed.
    public static func text(_ comparison: Comparison, columns: Int) -> String {
        func wrapped(_ text: String) -> String {
            TerminalTable.wrap(text, width: columns, indent: 2).joined(separator: "\n") + "\n"
        }
        var text = ""
        if !comparison.cells.isEmpty { text += TerminalTable.text(cells(comparison), width: columns) }
        text += uncompared(comparison.uncompared).map(wrapped).joined()
        if !comparison.guards.isEmpty { text += "\n" + TerminalTable.text(guards(comparison), width: columns) }
        for check in comparison.guards where !check.passed {
            text += wrapped("\(check.name.rawValue): \(check.message)")
        }
        if !comparison.shape.isEmpty { text += "\n" + shape(comparison).map(wrapped).joined() }
        return text + "\n" + wrapped(verdict(comparison))
    }

    /// Each wrong and each missing cell by its name, and of the others a sentence for each reason: two results of different
    /// sweeps may have a hundred of those.
    private static func uncompared(_ cells: [UncomparedCell]) -> [String] {
        UncomparedCell.Cause.allCases.flatMap { cause -> [String] in
            let cells = cells.filter { $0.cause == cause }
            var seen = Set<String>()
            return cells.map(\.reason).filter { seen.insert($0).inserted }.map { reason in
                let names = cells.filter { $0.reason == reason }.map { "\($0.workload)" }
                if let word = cells[0].alarm {
                    return "\(word)  \(names.joined(separator: ", ")): \(reason)"
                }
                let others = names.count == 2 ? " and 1 other cell" : " and \(names.count - 1) other cells"
                return "\(names[0])\(names.count == 1 ? " is" : others + " are") not compared: \(reason)"
            }
        }
    }

    private static func cellsOf(_ count: Int) -> String { count == 1 ? "1 cell" : "\(count) cells" }

    /// "1 cell is", "3 cells are".
    private static func cellsAre(_ count: Int) -> String { cellsOf(count) + (count == 1 ? " is" : " are") }

    private static func shape(_ comparison: Comparison) -> [String] {
        let counts = ShapeFinding.Kind.allCases.compactMap { kind -> String? in
            let count = comparison.shape.count { $0.kind == kind }
            return count == 0 ? nil : "\(kind.rawValue) \(count)"
        }
        let failed = comparison.shape.filter { !$0.passed }
        let result = failed.isEmpty ? "all as they should be" : "\(failed.count) FAILED"
        return ["Shape checks (\(counts.joined(separator: ", "))): \(result)."]
            + failed.map { "FAILED  \($0.kind.rawValue) of \($0.subject): \($0.message)." }
    }

    /// "PASS: 12 of 12 cells within ±5 % …".
    public static func verdict(_ comparison: Comparison) -> String {
        let cells = comparison.cells
        func count(_ verdict: CellVerdict) -> Int { cells.count { $0.verdict == verdict } }
        let tally = [
            (count(.regressed), "regressed"), (count(.inconclusive), "inconclusive"), (count(.improved), "improved"),
            (count(.pass), "within ±" + percent(comparison.delta)),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        var sentence = "\(comparison.verdict.rawValue): of \(cells.count) cells \(tally.isEmpty ? "none" : tally)"
        if !comparison.wrong.isEmpty { sentence += "; \(cellsAre(comparison.wrong.count)) wrong in the candidate" }
        if !comparison.engineFailures.isEmpty {
            sentence += "; in \(cellsOf(comparison.engineFailures.count)) the candidate's engine failed"
        }
        if !comparison.missing.isEmpty {
            sentence += "; \(cellsAre(comparison.missing.count)) in the baseline and missing in the candidate"
        }
        let without = comparison.uncompared.count { $0.cause == .noBaseline }
        if without > 0, comparison.method == .paired {
            sentence += "; \(cellsAre(without)) not compared, since the baseline has no time"
        }
        let failedShape = comparison.shape.count { !$0.passed }
        if failedShape > 0 { sentence += "; \(failedShape) shape checks failed" }
        let failedGuards = comparison.guards.filter { !$0.passed }.map(\.name.rawValue)
        if !failedGuards.isEmpty {
            sentence += "; the clock cannot be trusted: \(failedGuards.joined(separator: ", "))"
        }
        let visible = cells.compactMap(\.smallestVisibleSlowdown).sorted()
        if let most = visible.last, comparison.verdict != .wrong {
            sentence += "; a slowdown of \(percent(most)) would have been seen in any cell"
        }
        if comparison.method == .paired { sentence += " (\(Int(saturating: comparison.seconds.rounded())) s)" }
        return sentence + "."
    }

    static func percent(_ fraction: Double) -> String {
        let value = fraction * 100
        if value >= 999.5 { return "1000 %" }
        return String(
            format: value < 9.95 && (value * 10).rounded() != (value.rounded() * 10) ? "%.1f %%" : "%.0f %%", value)
    }

    /// "1.002 [0.994, 1.010]".
    static func ratio(_ estimate: Estimate) -> String {
        let digits = estimate.value < 9.995 ? 3 : 1
        func number(_ value: Double) -> String { String(format: "%.\(value < 1000 ? digits : 0)f", min(value, 1e6)) }
        return "\(number(estimate.value)) [\(number(estimate.low)), \(number(estimate.high))]"
    }
}
