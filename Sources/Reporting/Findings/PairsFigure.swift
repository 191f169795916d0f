import Analysis
import Drawing
import Quantities
import Statistics

/// Computed over useful pairs against n/w: what a kernel wastes, as it was counted.
enum PairsFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        guard let lengths = analysis.curveLengths else { return nil }
        let windowed = analysis.series.filter { points($0, lengths).count > 1 }
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = windowed.flatMap { series in
            styles[series.label].map { self.traces(series, points(series, lengths), $0) } ?? []
        }
        let rows = traces.flatMap(\.rows)
        guard let least = rows.map(\.x).min(), let most = rows.map(\.x).max(), let top = rows.map(\.y).max()
        else { return nil }
        return Plot(
            name: "pairs", title: title(windowed, lengths),
            method: "Pairs that the kernel computes over pairs that the mask allows, counted by the kernel as it ran. "
                + "Lines join them. 1 wastes nothing; w is the window, which shorter texts do not fill.",
            notes: [],
            x: .powersOfTwo(from: least / 1.1, to: most, atMost: 10) {
                $0 < 1 ? "1/\(Int(saturating: (1 / $0).rounded()))" : "\(Int(saturating: $0))"
            },
            y: top > 6
                ? .powersOfTwo(from: 0.85, to: top * 1.2, atMost: 8) { "\(Int(saturating: $0))" }
                : .linear(from: 0.9, to: max(2, top) * 1.08),
            xLabel: "length over window, n / w", yLabel: "computed / useful pairs",
            columns: ("lengthOverWindow", "computedOverUseful"), traces: traces, guides: [])
    }

    /// From the window on: shorter texts do not fill it.
    private static func points(_ series: Series, _ lengths: ClosedRange<Int>) -> [Point] {
        series.window.map { window in
            series.points(within: lengths).filter { $0.keyLength >= window && $0.overhead != nil }
        } ?? []
    }

    /// Named by what it wastes at its longest.
    static func title(_ series: [Series], _ lengths: ClosedRange<Int>) -> String {
        let last = series.compactMap { series in
            points(series, lengths).last.map { (series.label, $0.overhead!) }
        }
        guard let most = last.max(by: { $0.1 < $1.1 }), let least = last.min(by: { $0.1 < $1.1 }) else {
            return "Computed over useful pairs"
        }
        let sentence = "\(most.0) computes \(Quantity.ratio(most.1)) the pairs that its mask allows"
        return most.0 == least.0 ? sentence : sentence + ", \(least.0) only \(Quantity.ratio(least.1))"
    }

    private static func traces(
        _ series: Series, _ points: [Point], _ style: SeriesStyle
    ) -> [Plot.Trace] {
        guard let window = series.window else { return [] }
        let counted = points.map { Plot.Row(x: Double($0.keyLength) / Double(window), y: $0.overhead!) }
        return [
            Plot.Trace(series: series.label, kind: .joined, style: style, rows: counted),
            Plot.Trace(series: series.label, kind: .measured, style: style, rows: counted),
        ].filter { !$0.rows.isEmpty }
    }
}
