import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Statistics

/// Time against length on logarithmic axes: does it grow as theory says?
enum TimeFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        guard let measured = analysis.curveLengths else { return nil }
        let longest = ([measured.upperBound] + analysis.absentNearCurves.map(\.keyLength)).max() ?? 0
        guard measured.lowerBound < longest else { return nil }
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = analysis.series.flatMap { series in
            styles[series.label].map { self.traces(series, $0, within: measured, skipped: analysis.absentNearCurves) }
                ?? []
        }
        let times = traces.flatMap { $0.rows.map(\.y) }
        guard let least = times.min(), let most = times.max() else { return nil }
        let x = Axis.lengths(from: Int(saturating: Double(measured.lowerBound) / 1.1), to: longest)
        let y = Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5)
        return Plot(
            name: "time", title: title(analysis),
            method: "One call, \(analysis.conditions). Points: medians with 95 % intervals. "
                + "Lines: c · pairs^β + a, fitted over the exact pairs of each mask."
                + exponents(analysis)
                + (traces.contains { $0.kind == .beyond } ? " Dotted: past the measured lengths." : ""),
            notes: traces.contains { $0.kind == .skipped } ? [AbsentCells.crosses] : [],
            x: x, y: y,
            xLabel: analysis.lengthAxisName,
            yLabel: "time per call", columns: ("tokens", "nanoseconds"), traces: traces,
            guides: guides(x: x, y: y))
    }

    /// What is shown, and how many series grow as theory says.
    static func title(_ analysis: ScalingAnalysis) -> String {
        let fitted = analysis.series.filter { $0.exponent != nil }
        guard !fitted.isEmpty else { return "Time per call by sequence length" }
        let matching = fitted.count { $0.verdict == .matches }
        if matching == fitted.count { return "Time per call grows in proportion to the pairs that the mask allows" }
        return "Time per call by sequence length: \(matching) of \(fitted.count) growth laws match theory"
    }

    /// The exponents of full attention, or of the first series, and of what does not match theory.
    private static func exponents(_ analysis: ScalingAnalysis) -> String {
        let fitted = analysis.series.filter { $0.exponent != nil }
        guard let first = fitted.first(where: \.isQuadratic) ?? fitted.first else { return "" }
        let others = fitted.filter { $0.label != first.label && $0.verdict != .matches }
        let named = ([first] + others.prefix(3)).compactMap { series in
            series.exponent.map { exponent in
                let verdict =
                    switch series.verdict {
                    case .matches: ""
                    case .deviates: " (deviates)"
                    case .undecided: " (undecided)"
                    }
                return "\(Quantity.estimate(exponent)) for \(series.label)\(verdict)"
            }
        }
        let more = others.count > 3 ? ["\(others.count - 3) more do not match theory"] : []
        return " β: " + (named + more).joined(separator: "; ") + "."
    }

    private static func traces(
        _ series: Series, _ style: SeriesStyle, within lengths: ClosedRange<Int>, skipped: [AbsentCell]
    ) -> [Plot.Trace] {
        let points = series.points(within: lengths)
        guard let first = points.first, let last = points.last else { return [] }
        func law(_ range: ClosedRange<Int>) -> [Plot.Row] {
            Sampling.lengths(range).compactMap { length in
                series.fittedNanoseconds(at: length).map { Plot.Row(x: Double(length), y: $0) }
            }
        }
        let measured = points.map { Plot.Row(x: Double($0.keyLength), y: $0.medianNanoseconds, $0.low...$0.high) }
        let missing = skipped.filter { $0.series == series.label }.compactMap { cell in
            series.fittedNanoseconds(at: cell.keyLength).map {
                Plot.Row(x: Double(cell.keyLength), y: $0, remark: AbsentCells.remark(cell))
            }
        }
        let farthest = missing.map { Int(saturating: $0.x) }.max() ?? last.keyLength
        return [
            Plot.Trace(series: series.label, kind: .theory, style: style, rows: law(first.keyLength...last.keyLength)),
            Plot.Trace(
                series: series.label, kind: .beyond, style: style,
                rows: farthest > last.keyLength ? law(last.keyLength...farthest) : []),
            Plot.Trace(series: series.label, kind: .skipped, style: style, rows: missing),
            Plot.Trace(series: series.label, kind: .measured, style: style, rows: measured),
        ].filter { !$0.rows.isEmpty }
    }

    /// Slopes 1 and 2 from one place in the upper left, which growing curves leave empty.
    private static func guides(x: Axis, y: Axis) -> [Plot.Guide] {
        let startX = x.low * pow(x.high / x.low, 0.05)
        let startY = y.low * pow(y.high / y.low, 0.6)
        let span = min(4, pow(x.high / x.low, 0.3), pow(y.high / startY, 0.4))
        return [("∝ n", 1.0), ("∝ n²", 2.0)].map { name, slope in
            Plot.Guide(
                name: name,
                rows: [Plot.Row(x: startX, y: startY), Plot.Row(x: startX * span, y: startY * pow(span, slope))],
                isNamed: .afterEnd)
        }
    }
}
