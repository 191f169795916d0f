import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Ways to go on writing past the cache's size, at one length of text: what a token costs with the full cache, with
/// sinks and a rolling window, with the window alone, and where each token recomputes the window, the baseline of
/// StreamingLLM (Xiao et al., "Efficient Streaming Language Models with Attention Sinks", 2023).
public struct Streaming: Sendable, Codable, Hashable {
    /// One size of the window. Nil where that way was not measured there.
    public struct Row: Sendable, Codable, Hashable {
        /// Keys that roll.
        public let window: Int
        /// Kept beside them.
        public let sinks: Int
        /// Nanoseconds of one token.
        public let sinkWindow: Estimate
        public let windowAlone: Estimate?
        public let recompute: Estimate
        /// Recomputing over sinks and window.
        public let ratio: Estimate
    }

    /// Labels of the series, as far as there are any; full attention has one, each window one.
    public let series: [String]
    /// Tokens of text at which all were measured.
    public let length: Int
    /// One token against all of the text; nil where it was not measured.
    public let full: Estimate?
    /// Ascending in window, at least one.
    public let rows: [Row]
}

extension Streaming {
    /// Every shape of which a sink cache and a recomputing kernel were measured with the same window.
    fileprivate static func all(among measured: [MeasuredSeries]) -> [Streaming] {
        let decode = measured.filter(\.parameters.isDecode)
        let shapes = Dictionary(grouping: decode) { $0.parameters.with(mask: .causal) }
        return shapes.sorted { $0.key < $1.key }.compactMap { Streaming(of: $0.value) }
    }

    private init?(of series: [MeasuredSeries]) {
        var sinks: [(sinks: Int, window: Int, series: MeasuredSeries)] = []
        var alone: [Int: MeasuredSeries] = [:]
        var recomputing: [Int: MeasuredSeries] = [:]
        for one in series {
            let mask = one.parameters.mask
            guard mask.isCausal, mask.chunk == nil, let window = mask.bandWidth else { continue }
            if mask.sinks > 0 {
                let rivals = series.filter { $0.parameters.mask == mask }
                if rivals.original?.key == one.key { sinks.append((mask.sinks, window, one)) }
            } else if one.recomputes {
                recomputing[window] = one
            } else {
                alone[window] = one
            }
        }
        let streams = sinks.filter { recomputing[$0.window] != nil }
            .sorted { ($0.window, $0.sinks) < ($1.window, $1.sinks) }
        let common = streams.flatMap { [$0.series, recomputing[$0.window]!] }
            .map { Set($0.points.map(\.keyLength)) }.reduce(nil as Set<Int>?) { $0?.intersection($1) ?? $1 }
        guard let length = common?.max() else { return nil }
        rows = streams.compactMap { sinks, window, stream in
            guard let kept = stream.median(at: length), let anew = recomputing[window]?.median(at: length) else {
                return nil
            }
            return Row(
                window: window, sinks: sinks, sinkWindow: kept, windowAlone: alone[window]?.median(at: length),
                recompute: anew, ratio: anew.ratio(to: kept))
        }
        let full = series.first { $0.parameters.isFullAttention && $0.median(at: length) != nil }
        self.length = length
        self.full = full?.median(at: length)
        self.series = ([full] + streams.map(\.series) + streams.map { recomputing[$0.window] }).compactMap { $0?.label }
    }
}

/// Latency of a token against the size of the cache, for the ways to write past it: the figure with which StreamingLLM
/// shows that keeping a window beats recomputing it.
enum StreamingCosts: Finding {
    static let phase = Phase.decode
    static let key: String? = "streaming"

    static func find(in analysis: ScalingAnalysis) -> [Streaming] { Streaming.all(among: analysis.measured) }

    /// What Xiao et al. report (arXiv 2309.17453): up to so many times faster than recomputing the window.
    static let reported = 22.2

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis
        guard let streaming = findings[StreamingCosts.self].first, streaming.rows.count > 1, let lead = streaming.lead
        else { return nil }
        let ways: [(name: String, median: (Streaming.Row) -> Estimate?)] = [
            ("recompute the window", { $0.recompute }), ("sinks + window", { $0.sinkWindow }),
            ("window alone", { $0.windowAlone }),
        ]
        let styles = SeriesStyle.styles(for: ways.map { (label: $0.name, family: $0.name) })
        let traces = ways.flatMap { way -> [Plot.Trace] in
            let rows = streaming.rows.compactMap { row in
                way.median(row).map { Plot.Row(x: Double(row.window), $0) }
            }
            return styles[way.name].map { Plot.Trace.joined(series: way.name, style: $0, rows: rows) } ?? []
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
                            + Quantity.time(full),
                        rows: [x.low, x.high].map { Plot.Row(x: $0, y: full.value) }, isNamed: .besideFrame)
                ]
            } ?? [], intervals: .bars)
    }

    private static func title(_ row: Streaming.Row) -> String {
        "Recomputing a window of \(Quantity.tokens(row.window)) keys for each token takes "
            + "\(Quantity.interval(row.ratio, unit: "×")) the time of caching it with \(row.sinks) sinks"
    }
}

extension Streaming {
    /// The largest window speaks for the rest.
    var lead: Row? { rows.last }
}

extension StreamingCosts {
    static func sentences(_ findings: Findings) -> [String] {
        guard let row = findings[StreamingCosts.self].first?.lead else { return [] }
        return [
            "Recomputing a window of \(Quantity.tokens(row.window)) for each token takes "
                + "\(Quantity.interval(row.ratio, unit: "×")) the time of caching it with \(row.sinks) sinks "
                + "(StreamingLLM reports up to \(Quantity.number(reported, place: -1))× for whole models)."
        ]
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .decoding else { return [] }
        return findings[StreamingCosts.self].flatMap { streaming in
            .table("Streaming: a token at \(Quantity.tokens(streaming.length)) tokens of text", table(streaming))
                + [.paragraph(remark)]
        }
    }

    /// One row a window: what a token costs with each way to go on past it.
    static func table(_ streaming: Streaming) -> Table {
        func time(_ estimate: Estimate?) -> String { estimate.map(Quantity.time) ?? "–" }
        return Table(
            columns: [
                .init("window"), .init("sinks"), .init("full cache"), .init("window alone"), .init("sinks + window"),
                .init("recompute"), .init("recompute / sinks + window"),
            ],
            rows: streaming.rows.map { row in
                [
                    Quantity.tokens(row.window), Quantity.count(row.sinks), time(streaming.full),
                    time(row.windowAlone), time(row.sinkWindow), time(row.recompute),
                    Quantity.interval(row.ratio, unit: "×"),
                ]
            })
    }

    /// Why the ratio is not the one that is quoted.
    private static let remark =
        "StreamingLLM (Xiao et al., arXiv 2309.17453) reports up to \(Quantity.number(reported, place: -1))× "
        + "for recompute over sinks + window, for whole models on an A6000. There every step also reads all weights, "
        + "and recomputing repeats projections and MLPs as well as attention; these results are attention alone, on a "
        + "CPU. In both, recomputing grows with the square of the window, and a cached window with the window."
}
