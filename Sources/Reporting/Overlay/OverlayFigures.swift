import Analysis
import Drawing
import Statistics

/// Figures that lay several results over one another: those of the merged analysis, and under the times a panel with
/// the ratio to the first. A roofline needs one pair of ceilings and stands in each source's own report.
extension Figure {
    static func all(overlaying sources: [ReportSource], width: FigureWidth = .page) -> [Figure] {
        let merged = Findings(merging: sources.map { ($0.label, $0.findings) })
        return [
            StepTimes.figure(merged).map { OverlayFigure.withRatios($0, of: sources) },
            PromptTimes.figure(merged).map { OverlayFigure.withRatios($0, of: sources) },
            RankScaling.figure(merged), RankWeakScaling.figure(merged), RankTraffic.figure(merged),
            Throughput.figure(merged), PeakMemory.figure(merged), Forecasts.figure(merged),
        ].compactMap { $0.map { Figure($0.naming(series: merged.analysis), width: width) } }
    }
}

enum OverlayFigure {
    /// The plot of times with a panel of ratios below it, where any cell was measured in the first source and another.
    static func withRatios(_ plot: Plot, of sources: [ReportSource]) -> Plot {
        guard let base = sources.first else { return plot }
        let styles = Dictionary(plot.traces.map { ($0.series, $0.style) }) { first, _ in first }
        let lengths = plot.x.low...plot.x.high
        let traces = sources.dropFirst().flatMap { source -> [Plot.Trace] in
            let ratios = TimeRatio.all(of: source.analysis, over: base.analysis)
            return Dictionary(grouping: ratios, by: \.series).sorted { $0.key < $1.key }.flatMap { series, ratios in
                trace(ScalingAnalysis.label(series, source: source.label), ratios, lengths, styles)
            }
        }
        let rows = traces.flatMap(\.rows)
        // A wide interval must not squeeze all others: its ends may leave the panel.
        guard let least = rows.map({ max($0.interval?.lowerBound ?? $0.y, $0.y / 1.25) }).min(),
            let most = rows.map({ min($0.interval?.upperBound ?? $0.y, $0.y * 1.25) }).max()
        else { return plot }
        let room = max(0.05, (max(most, 1) - min(least, 1)) * 0.1)
        var plot = Plot(
            name: plot.name, title: OverlaySentences.ratios(sources).joined(separator: "; "),
            method: plot.method + " Below: time over that of \(base.label), with 95 % intervals.", notes: plot.notes,
            x: plot.x, y: plot.y, xLabel: plot.xLabel, yLabel: plot.yLabel, columns: plot.columns,
            traces: plot.traces, guides: plot.guides, intervals: plot.intervals, slopes: plot.slopes)
        plot.below = Plot.Panel(
            y: .linear(from: max(0, min(least, 1) - room), to: max(most, 1) + room, count: 3),
            yLabel: "time over \(base.label)", column: "timeRatio", traces: traces,
            guides: [
                Plot.Guide(
                    name: "", rows: [Plot.Row(x: plot.x.low, y: 1), Plot.Row(x: plot.x.high, y: 1)],
                    isNamed: .aboveStart)
            ])
        return plot
    }

    private static func trace(
        _ label: String, _ ratios: [TimeRatio], _ lengths: ClosedRange<Double>, _ styles: [String: SeriesStyle]
    ) -> [Plot.Trace] {
        guard let style = styles[label] else { return [] }
        let rows = ratios.filter { lengths.contains(Double($0.keyLength)) }.map {
            Plot.Row(x: Double($0.keyLength), $0.ratio)
        }
        return Plot.Trace.joined(series: label, style: style, rows: rows)
    }
}
