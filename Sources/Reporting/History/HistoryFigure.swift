import Analysis
import Drawing
import Foundation
import Quantities

/// Each cell's time over its first level, by result: what stepped, and some of what did not.
enum HistoryFigure {
    /// More lines than this cannot be told apart.
    static let mostCells = 6

    /// Nil with a single result.
    static func plot(_ history: History) -> Plot? {
        guard history.entries.count > 1, !history.cells.isEmpty else { return nil }
        let shown = choice(history)
        let styles = SeriesStyle.styles(for: shown.map { (label: HistoryTables.name($0), family: $0.kernel) })
        let traces = shown.flatMap { cell in
            styles[HistoryTables.name(cell)].map { layers(cell, $0) } ?? []
        }
        let values = traces.flatMap {
            $0.rows.flatMap { [$0.y] + ($0.interval.map { [$0.lowerBound, $0.upperBound] } ?? []) }
        }
        let (low, high) = (min(values.min()!, 0.98), max(values.max()!, 1.02))
        let margin = (high - low) * 0.05
        let hidden = history.cells.count - shown.count
        return Plot(
            name: "history", title: title(history),
            method:
                "Time of one call over that of the cell's first level. Points: medians with 95 % intervals of "
                + "one result. Lines: levels that last for at least two results.",
            notes: hidden > 0 ? ["\(hidden) more cells are not drawn; the table has them."] : [],
            x: xAxis(history), y: .linear(from: low - margin, to: high + margin),
            xLabel: "results, by commit", yLabel: "time over the first level", columns: ("result", "ratio"),
            traces: traces, guides: [], intervals: .bars)
    }

    static func title(_ history: History) -> String {
        let changed = history.cells.filter { $0.state == .slower || $0.state == .faster }
        guard let first = changed.max(by: { size($0) < size($1) }), let step = first.steps.last else {
            let watched = history.cells.count { $0.state == .watch }
            return watched > 0
                ? "No step yet in \(history.cells.count) cells; \(watched) to watch"
                : "No cell of \(history.cells.count) changed over \(history.entries.count) results"
        }
        let others = changed.count - 1
        return "\(HistoryTables.name(first)) takes \(Quantity.change(step.ratio.value)) from "
            + "\(history.entries[step.entry].label)" + (others > 0 ? "; \(others) more changed" : "")
    }

    /// Cells with the largest steps, then the longest cell of each series, in the order of the table.
    private static func choice(_ history: History) -> [CellHistory] {
        let stepped = history.cells.filter { !$0.steps.isEmpty }.sorted { size($0) > size($1) }
        let longest = Dictionary(grouping: history.cells, by: \.series).values
            .compactMap { $0.max { $0.keyLength < $1.keyLength } }
        let wanted = Set((stepped + history.cells.filter(longest.contains)).uniqued().prefix(mostCells))
        return history.cells.filter(wanted.contains)
    }

    private static func size(_ cell: CellHistory) -> Double {
        cell.steps.map { abs(log($0.ratio.value)) }.max() ?? 0
    }

    private static func layers(_ cell: CellHistory, _ style: SeriesStyle) -> [Plot.Trace] {
        let first = cell.levels[0]
        let ends = [0] + cell.steps.map(\.entry) + [Int.max]
        let levels = cell.levels.indices.flatMap { level -> [Plot.Row] in
            let entries = cell.points.map(\.entry).filter { ends[level] <= $0 && $0 < ends[level + 1] }
            guard let from = entries.first, let to = entries.last else { return [] }
            // A step stands upright, half way between the results on its two sides.
            let start = Double(from + 1) - (level > 0 ? 0.5 : 0)
            let end = Double(to + 1) + (level < cell.levels.count - 1 ? 0.5 : 0)
            return [start, end].map { Plot.Row(x: $0, y: cell.levels[level] / first) }
        }
        let points = cell.points.map {
            Plot.Row(x: Double($0.entry + 1), y: $0.medianNanoseconds / first, $0.low / first...$0.high / first)
        }
        let name = HistoryTables.name(cell)
        return [
            Plot.Trace(series: name, kind: .theory, style: style, rows: levels),
            Plot.Trace(series: name, kind: .measured, style: style, rows: points),
        ]
    }

    /// A tick for each result, named by its commit; every second, third … where they would crowd.
    private static func xAxis(_ history: History) -> Axis {
        let count = history.entries.count
        let stride = (count + 7) / 8
        let ticks = history.entries.enumerated().filter { $0.offset.isMultiple(of: stride) }
            .map { Tick(value: Double($0.offset + 1), label: $0.element.label) }
        return Axis(low: 0.7, high: Double(count) + 0.3, isLogarithmic: false, ticks: ticks)
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it first stands.
    fileprivate func uniqued() -> [Element] {
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}

extension Figure {
    /// The figure of a history; none with a single result.
    public static func all(for history: History) -> [Figure] {
        [HistoryFigure.plot(history)].compactMap { $0.map { Figure($0) } }
    }
}
