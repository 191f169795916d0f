import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Latency of a token against the size of the cache, for the ways to write past it: the figure with which StreamingLLM
/// shows that keeping a window beats recomputing it.
enum StreamingFigure {
    /// What Xiao et al. report (arXiv 2309.17453): up to so many times faster than recomputing the window.
    static let reported = 22.2

    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        guard let streaming = analysis.streaming.first, streaming.rows.count > 1, let lead = streaming.lead
        else { return nil }
        let ways: [(name: String, median: (Streaming.Row) -> Estimate?)] = [
            ("recompute the window", { $0.recompute }), ("sinks + window", { $0.sinkWindow }),
            ("window alone", { $0.windowAlone }),
        ]
        let styles = SeriesStyle.styles(for: ways.map { (label: $0.name, family: $0.name) })
        let traces = ways.flatMap { way -> [Plot.Trace] in
            let rows = streaming.rows.compactMap { row in
                way.median(row).map { Plot.Row(x: Double(row.window), y: $0.value, $0.low...$0.high) }
            }
            guard let style = styles[way.name], !rows.isEmpty else { return [] }
            return [Plot.Kind.joined, .measured].map {
                Plot.Trace(series: way.name, kind: $0, style: style, rows: rows)
            }
        }
        let times = traces.flatMap { $0.rows.map(\.y) } + (streaming.full.map { [$0.value] } ?? [])
        guard let least = times.min(), let most = times.max(), let first = streaming.rows.first else { return nil }
        let x = Axis.lengths(from: Int(saturating: Double(first.window) / 1.1), to: lead.window)
        return Plot(
            name: "streaming", title: title(lead),
            method: "One step of one token at \(Quantity.tokens(streaming.length)) tokens of text, "
                + "\(analysis.only(.decode).conditions); attention alone. Medians with 95 % intervals.",
            notes: [], x: x, y: .times(fromNanoseconds: least / 1.5, to: most * 1.5),
            xLabel: "cache size (keys in the window)", yLabel: "time per token",
            columns: ("windowTokens", "nanoseconds"), traces: traces,
            guides: streaming.full.map { full in
                [
                    Plot.Guide(
                        name: "all \(Quantity.tokens(streaming.length)) cached: "
                            + Quantity.time(nanoseconds: full.value, low: full.low, high: full.high),
                        rows: [x.low, x.high].map { Plot.Row(x: $0, y: full.value) }, isNamed: .besideFrame)
                ]
            } ?? [], intervals: .bars)
    }

    private static func title(_ row: Streaming.Row) -> String {
        "Recomputing a window of \(Quantity.tokens(row.window)) keys for each token takes "
            + "\(Quantity.interval(row.ratio, unit: "×")) the time of keeping it beside \(row.sinks) sinks"
    }
}

extension Streaming {
    /// The largest window speaks for the rest.
    var lead: Row? { rows.last }
}
