import Analysis
import Foundation
import Quantities
import Statistics

extension Document {
    /// A history: what changed, every cell, and the results that it is made of.
    public init(_ history: History) {
        title = "What attention cost over \(history.entries.count) results"
        subtitle = [history.entries.first, history.entries.last].compactMap { $0 }
            .map { "\($0.startedAt) (\($0.label))" }.joined(separator: " to ")
        blocks = [
            .list(HistoryTables.findings(history)),
            .table(caption: "Every cell", HistoryTables.cells(history)),
            .table(caption: "The results, in this order", HistoryTables.entries(history)),
            .heading("What the numbers mean"), .list(Self.meanings(history)),
        ]
    }

    private static func meanings(_ history: History) -> [String] {
        [
            "A step is a change of level that lasts for at least two results, is larger than "
                + "\(Quantity.percent(history.smallestChange)), and is so clear that noise would give one, in any of the cells "
                + "together, in one history of twenty. Its interval is that of the new time over the old time.",
            "Watch: only the newest result differs from the level of the cell. It may be noise; the next result decides.",
            "Change: the newest level compared with the first.",
        ]
    }
}

/// The tables of a history.
public enum HistoryTables {
    /// The sentences at the top: what is slower now, what is faster, what to watch.
    public static func findings(_ history: History) -> [String] {
        if history.cells.isEmpty { return ["no cell has a time in any of these results"] }
        func sentence(_ state: CellHistory.State, _ text: (CellHistory) -> String) -> [String] {
            history.cells.filter { $0.state == state }.map(text)
        }
        let changes =
            sentence(.slower) { "slower: \(name($0)) takes \(lastStep($0, history))" }
            + sentence(.faster) { "faster: \(name($0)) takes \(lastStep($0, history))" }
            + sentence(.watch) {
                let change = $0.newestRatio.map { " takes \(Quantity.change($0))" } ?? " stands out"
                return "watch: the newest result of \(name($0))\(change); the next result decides"
            }
        let short = history.cells.count { $0.state == .short }
        let steady = history.cells.count { $0.state == .steady }
        let rest =
            (steady > 0 ? ["steady: \(steady) of \(history.cells.count) cells"] : [])
            + (short > 0
                ? ["too few results for \(short) cells: a step needs \(CellHistory.fewestPoints) of them"] : [])
        return changes + rest
    }

    public static func cells(_ history: History) -> Table {
        Table(
            columns: [
                .init("series", .left), .init("n"), .init("results", .right, .whenWide), .init("first"),
                .init("now"), .init("change"), .init("state", .left), .init("steps", .left),
            ],
            rows: history.cells.map { cell in
                let (first, now) = (cell.levels[0], cell.levels[cell.levels.count - 1])
                return [
                    cell.series, Quantity.tokens(cell.keyLength), "\(cell.points.count)",
                    Quantity.time(nanoseconds: first, digits: 3), Quantity.time(nanoseconds: now, digits: 3),
                    cell.steps.isEmpty ? "" : Quantity.change(now / first), cell.state.rawValue,
                    cell.steps.map { step($0, history) }.joined(separator: "; "),
                ]
            }
        ).droppingEmptyColumns()
    }

    static func entries(_ history: History) -> Table {
        Table(
            columns: [.init("#"), .init("commit", .left), .init("measured", .left), .init("file", .left)],
            rows: history.entries.enumerated().map { ["\($0 + 1)", $1.label, $1.startedAt, $1.path] })
    }

    /// "sliding-window(1024) at 16K".
    static func name(_ cell: CellHistory) -> String { "\(cell.series) at \(Quantity.tokens(cell.keyLength))" }

    private static func lastStep(_ cell: CellHistory, _ history: History) -> String {
        cell.steps.last.map { step($0, history) } ?? ""
    }

    /// "+8.1 % [7.2, 9.0] from 3f2a91c (2026-03-01)".
    private static func step(_ step: CellHistory.Step, _ history: History) -> String {
        let entry = history.entries[step.entry]
        let (low, high) = (Quantity.change(step.ratio.low), Quantity.change(step.ratio.high))
        return "\(Quantity.change(step.ratio.value)) [\(low), \(high)] from \(entry.label) "
            + "(\(entry.startedAt.prefix(10)))"
    }
}
