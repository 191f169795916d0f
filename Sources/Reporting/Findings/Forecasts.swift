import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Time against length out to the longest forecast: what a very long context costs, and what of it was measured.
enum Forecasts: Finding {
    static let phase = Phase.prefill
    static let key: String? = "forecasts"

    static func find(in analysis: ScalingAnalysis) -> [Forecast] { Forecast.all(among: analysis.measured) }
    static func label(of forecast: Forecast) -> String? { forecast.series }

    static func relabelled(_ forecast: Forecast, for source: String) -> Forecast? {
        var forecast = forecast
        forecast.series = ScalingAnalysis.label(forecast.series, source: source)
        return forecast
    }

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.prefill)
        let forecasts = findings.only(.prefill)[Forecasts.self]
        guard let shortest = analysis.curveLengths?.lowerBound, let longest = forecasts.map(\.tokens).max()
        else { return nil }
        let styles = SeriesStyle.styles(for: analysis.series)
        let foretold = analysis.series.filter { series in forecasts.contains { $0.series == series.label } }
        let traces = foretold.flatMap { series in
            styles[series.label].map { self.traces(series, $0, forecasts) } ?? []
        }
        // A forecast that says next to nothing must not squeeze all others: its bar may leave the figure.
        let times = traces.flatMap { $0.rows.flatMap { [$0.y, min($0.interval?.upperBound ?? $0.y, 20 * $0.y)] } }
        guard let least = times.min(), let most = times.max() else { return nil }
        return Plot(
            name: "forecast", title: title(forecasts),
            method: "One call, \(analysis.conditions). Stars on dotted lines: forecasts of the fitted laws with 95 % "
                + "prediction intervals. Other marks: measured.",
            notes: [],
            x: .lengths(from: Int(saturating: Double(shortest) / 1.1), to: longest)
                .marking(Tick(value: Double(longest), label: Quantity.tokens(longest))),
            y: .times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: analysis.lengthAxisName,
            yLabel: "time per call", columns: ("tokens", "nanoseconds"), traces: traces, guides: [])
    }

    /// "At 10M tokens full takes 15 h (forecast ×/÷ 1.17), sliding-window(1024) 11.2 s (measured)".
    static func title(_ forecasts: [Forecast]) -> String {
        guard let longest = forecasts.map(\.tokens).max() else { return "Time at lengths beyond the measured ones" }
        let there = forecasts.filter { $0.tokens == longest }.sorted { $0.seconds > $1.seconds }
        let ends = there.count > 1 ? [there[0], there[there.count - 1]] : there
        let clauses = ends.map { "\($0.series) takes \(text($0))" }
        return "At \(Quantity.tokens(longest)) tokens " + clauses.joined(separator: ", ")
    }

    private static func traces(
        _ series: Series, _ style: SeriesStyle, _ forecasts: [Forecast]
    ) -> [Plot.Trace] {
        guard let last = series.points.last else { return [] }
        let measured = series.points.map { Plot.Row(x: Double($0.keyLength), $0.median) }
        let forecast = forecasts.filter { $0.series == series.label && $0.basis != .measured }.map {
            Plot.Row(x: Double($0.tokens), $0.nanoseconds)
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

    static func sentences(_ findings: Findings) -> [String] {
        let prefill = findings.only(.prefill)
        guard prefill.analysis.series.contains(where: { $0.law != nil }) else { return [] }
        return sentence(prefill).map { [$0] } ?? []
    }

    /// "At 10M tokens: full 15 h (forecast ×/÷ 1.17), sliding-window(1024) 11.2 s (measured)."
    static func sentence(_ findings: Findings) -> String? {
        let analysis = findings.analysis
        let labels = [analysis.baseline?.label, analysis.windowedLead?.label].compactMap { $0 }
        // Others may have been measured farther, and have forecasts where these have none.
        let forecasts = labels.flatMap { label in findings[Forecasts.self].filter { $0.series == label } }
        guard let tokens = forecasts.map(\.tokens).max() else { return nil }
        let parts = forecasts.filter { $0.tokens == tokens }.map { "\($0.series) \(text($0))" }
        return "At \(Quantity.tokens(tokens)) tokens: " + parts.joined(separator: ", ") + "."
    }

    /// "15 h (forecast ×/÷ 1.17)" or "11.2 s (measured)".
    static func text(_ forecast: Forecast) -> String {
        let time = Quantity.time(forecast.nanoseconds)
        switch forecast.basis {
        case .measured: return "\(time) (measured)"
        case .interpolated:
            return "\(time) (interpolated \(Quantity.factor(low: forecast.low, high: forecast.high)))"
        case .extrapolated:
            return "\(time) (forecast \(Quantity.factor(low: forecast.low, high: forecast.high)))"
        }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .farLengths
            ? .table("Time of one call at lengths far out", table(findings[Forecasts.self])) : []
    }

    static func table(_ forecasts: [Forecast]) -> Table {
        var notes = Footnotes()
        let rows = forecasts.map { forecast -> [String] in
            let factor = Quantity.factor(low: forecast.low, high: forecast.high)
            let basis =
                switch forecast.basis {
                case .measured: "measured"
                case .interpolated: "interpolated \(factor)"
                case .extrapolated: "forecast \(factor)"
                }
            return [
                forecast.series, Quantity.tokens(forecast.tokens),
                Quantity.time(forecast.nanoseconds), Quantity.timeInterval(forecast.nanoseconds), basis,
                forecast.basis == .extrapolated
                    ? Quantity.significant(forecast.multipleOfMeasured, digits: 2) + "×" : "–",
                forecast.cautions.map { notes.mark($0.description) }.joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("series", .left), .init("tokens"), .init("time"), .init("interval"), .init("basis", .left),
                .init("beyond measured", .right, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }
}
