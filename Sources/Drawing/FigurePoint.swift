import Quantities
import Statistics

/// A mark of a figure with its numbers in words, for those who point at it or come to it by the keyboard.
package struct FigurePoint: Sendable, Hashable {
    /// From the left and from the top, in canvas units.
    package let x: Double
    package let y: Double
    package let text: String

    /// Every mark, series by series, each from left to right.
    static func points(of plot: Plot, _ layout: PlotLayout) -> [FigurePoint] {
        let upper = Area(frame: layout.upper, xLabel: plot.xLabel, yLabel: plot.yLabel, canvasHeight: layout.height)
        let above = plot.traces.flatMap { points($0, in: upper) }
        guard let below = plot.below, let frame = layout.lower else { return above }
        let lower = Area(frame: frame, xLabel: plot.xLabel, yLabel: below.yLabel, canvasHeight: layout.height)
        return above + below.traces.flatMap { points($0, in: lower) }
    }

    /// A plotting area with the names of its axes.
    private struct Area {
        let frame: PlotLayout.Frame
        let xLabel: String
        let yLabel: String
        let canvasHeight: Double
    }

    private static func points(_ trace: Plot.Trace, in area: Area) -> [FigurePoint] {
        let frame = area.frame
        let state: String
        switch trace.kind {
        case .joined, .theory, .beyond: return []
        case .measured: state = ""
        case .forecast: state = ", forecast"
        case .skipped: state = ", not measured"
        case .span, .idleSpan: return spans(trace, in: area)
        }
        return trace.rows.map { row in
            let place = frame.place(x: row.x, y: row.y)
            let value = trace.kind == .skipped ? row.remark ?? "" : reading(row, frame.y, name: area.yLabel)
            let at =
                if case .count(let unit) = frame.x.measure {
                    "at \(Quantity.tokens(Int(saturating: row.x))) \(unit)"
                } else {
                    "at \(area.xLabel) \(Quantity.significant(row.x, digits: 3))"
                }
            return FigurePoint(
                x: place.x, y: area.canvasHeight - place.y,
                text: "\(trace.series) \(at)\(state)" + (value.isEmpty ? "" : ": \(value)"))
        }
    }

    /// "computing from 1.2 to 3.4".
    private static func spans(_ trace: Plot.Trace, in area: Area) -> [FigurePoint] {
        trace.rows.compactMap { row in
            guard let span = row.interval else { return nil }
            let place = area.frame.place(x: (span.lowerBound + span.upperBound) / 2, y: row.y)
            let ends = [span.lowerBound, span.upperBound].map { Quantity.significant($0, digits: 3) }
            return FigurePoint(
                x: place.x, y: area.canvasHeight - place.y,
                text: "\(trace.series) from \(ends[0]) to \(ends[1]), \(area.xLabel)")
        }
    }

    /// "3.91 ms [3.88, 3.93]".
    private static func reading(_ row: Plot.Row, _ axis: Axis, name: String) -> String {
        let (low, high) = (row.interval?.lowerBound ?? row.y, row.interval?.upperBound ?? row.y)
        let value = Estimate(value: row.y, low: low, high: high, level: 0.95)
        switch axis.measure {
        case .nanoseconds:
            return Quantity.time(value) + (low < high ? " " + Quantity.timeInterval(value) : "")
        case .bytes: return Quantity.bytes(Int(saturating: row.y))
        case .count(let unit): return Quantity.interval(value, unit: unit)
        case .plain: return name + " " + Quantity.interval(value)
        }
    }
}
