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
        let x = Axis.lengths(from: Int(Double(measured.lowerBound) / 1.1), to: longest)
        let y = Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5)
        return Plot(
            name: "time", title: title(analysis),
            method: "One call, \(analysis.conditions). Points: medians with 95 % intervals. "
                + "Lines: c · pairs^β + a, fitted over the exact pairs of each mask."
                + (traces.contains { $0.kind == .beyond } ? " Dotted: past the measured lengths." : ""),
            notes: AbsentCells.sentences(analysis.absentNearCurves).map { "× " + $0 },
            x: x, y: y,
            xLabel: analysis.lengthAxisName,
            yLabel: "time per call", columns: ("tokens", "nanoseconds"), traces: traces,
            guides: guides(x: x, y: y))
    }

    /// The finding: how many series follow theory, and with what exponents.
    static func title(_ analysis: ScalingAnalysis) -> String {
        let fitted = analysis.series.filter { $0.exponent != nil }
        guard let first = fitted.first(where: \.isQuadratic) ?? fitted.first, let exponent = first.exponent else {
            return "Time per call by sequence length: too few lengths to fit a growth law"
        }
        let (deviating, undecided) = (
            fitted.filter { $0.verdict == .deviates }, fitted.filter { $0.verdict == .undecided }
        )
        let unfit = deviating + undecided
        let own = "\(first.label) grows as pairs^\(Quantity.estimate(exponent))"
        if unfit.isEmpty, fitted.count == 1 { return "\(own): as theory says" }
        if unfit.isEmpty { return "Time follows the exact pair count in all \(fitted.count) series; \(own)" }
        if undecided.count == fitted.count {
            return "\(own): too uncertain to judge against theory" + others(fitted.count)
        }
        let named = unfit.prefix(2).compactMap { series in
            series.exponent.map { exponent in
                let verdict = series.verdict == .deviates ? "deviates" : "is undecided"
                return "\(series.label) \(verdict) (pairs^\(Quantity.estimate(exponent)))"
            }
        }
        let rest = unfit.dropFirst(2)
        let more = [("deviates", "deviate", TheoryVerdict.deviates), ("is undecided", "are undecided", .undecided)]
            .compactMap { one, several, verdict in
                let count = rest.count { $0.verdict == verdict }
                return count == 0 ? nil : "\(count) more \(count == 1 ? one : several)"
            }
        let matching = fitted.count - unfit.count
        return
            "Time follows the exact pair count in \(matching == 0 ? "none" : "\(matching)") of \(fitted.count) series; "
            + AbsentCells.list(named + more)
    }

    private static func others(_ count: Int) -> String {
        count == 1 ? "" : count == 2 ? ", as is the other series" : ", as are the \(count - 1) other series"
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
