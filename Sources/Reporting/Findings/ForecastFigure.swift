import Analysis
import Drawing
import Quantities
import Statistics

/// Time against length out to the longest forecast: what a very long context costs, and what of it was measured.
enum ForecastFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        guard let shortest = analysis.curveLengths?.lowerBound, let longest = analysis.forecasts.map(\.tokens).max()
        else { return nil }
        let styles = SeriesStyle.styles(for: analysis.series)
        let foretold = analysis.series.filter { series in analysis.forecasts.contains { $0.series == series.label } }
        let traces = foretold.flatMap { series in
            styles[series.label].map { self.traces(series, $0, analysis.forecasts) } ?? []
        }
        // A forecast that says next to nothing must not squeeze all others: its bar may leave the figure.
        let times = traces.flatMap { $0.rows.flatMap { [$0.y, min($0.interval?.upperBound ?? $0.y, 20 * $0.y)] } }
        guard let least = times.min(), let most = times.max() else { return nil }
        return Plot(
            name: "forecast", title: title(analysis),
            method: "One call, \(analysis.conditions). Stars on dotted lines: forecasts of the fitted laws with 95 % "
                + "prediction intervals. Other marks: measured.",
            notes: [],
            x: .lengths(from: Int(saturating: Double(shortest) / 1.1), to: longest)
                .marking(Tick(value: Double(longest), label: Quantity.tokens(longest))),
            y: .times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: analysis.lengthAxisName,
            yLabel: "time per call", columns: ("tokens", "nanoseconds"), traces: traces, guides: [])
    }

    /// "At 10M tokens full takes 15 h (forecast ×/÷ 1.17), sliding-window(1024) 11.2 s (measured)".
    static func title(_ analysis: ScalingAnalysis) -> String {
        guard let longest = analysis.forecasts.map(\.tokens).max() else { return "Time at lengths far out" }
        let there = analysis.forecasts.filter { $0.tokens == longest }.sorted { $0.seconds > $1.seconds }
        let ends = there.count > 1 ? [there[0], there[there.count - 1]] : there
        let clauses = ends.map { "\($0.series) takes \(Headlines.text($0))" }
        return "At \(Quantity.tokens(longest)) tokens " + clauses.joined(separator: ", ")
    }

    private static func traces(
        _ series: Series, _ style: SeriesStyle, _ forecasts: [Forecast]
    ) -> [Plot.Trace] {
        guard let last = series.points.last else { return [] }
        let measured = series.points.map {
            Plot.Row(x: Double($0.keyLength), y: $0.medianNanoseconds, $0.low...$0.high)
        }
        let forecast = forecasts.filter { $0.series == series.label && $0.basis != .measured }.map {
            Plot.Row(x: Double($0.tokens), y: $0.seconds * 1e9, $0.low * 1e9...$0.high * 1e9)
        }
        let law = Sampling.lengths(series.points[0].keyLength...last.keyLength).compactMap { length in
            series.fittedNanoseconds(at: length).map { Plot.Row(x: Double(length), y: $0) }
        }
        // Forecasts weigh several laws; so the line goes to them, not along the one law that is drawn.
        let farther = forecast.filter { $0.x > Double(last.keyLength) }
        let beyond = farther.isEmpty ? [] : (law.suffix(1) + farther).map { Plot.Row(x: $0.x, y: $0.y) }
        return [
            Plot.Trace(series: series.label, kind: .theory, style: style, rows: law),
            Plot.Trace(series: series.label, kind: .beyond, style: style, rows: beyond),
            Plot.Trace(series: series.label, kind: .forecast, style: style, rows: forecast),
            Plot.Trace(series: series.label, kind: .measured, style: style, rows: measured),
        ].filter { !$0.rows.isEmpty }
    }
}
