import Analysis
import Attention
import Drawing
import Quantities
import Records

/// One call of several ranks: what each did when, by its own clock from the barrier on, and which transfers went on meanwhile.
enum RankTimeline: Finding {
    static let phase = Phase.prefill

    /// More would be too thin to read.
    private static let mostRanks = 8

    static func figure(_ findings: Findings) -> Plot? {
        guard let (series, point, ranks) = shown(findings.analysis) else { return nil }
        let all = ranks.flatMap { $0 }
        guard let start = all.map(\.startNanoseconds).min(), let end = all.map(\.endNanoseconds).max(), start < end
        else { return nil }
        let unit = TimeScale(span: Double(end - start))
        let lanes = ranks.indices.flatMap { rank in
            [
                Tick(value: lane(of: rank, isTransfer: false), label: "rank \(rank)"),
                Tick(value: lane(of: rank, isTransfer: true), label: "receives"),
            ]
        }
        let traces = Look.allCases.compactMap { look -> Plot.Trace? in
            let rows = ranks.enumerated().flatMap { rank, activities in
                activities.filter { look.kinds.contains($0.kind) && $0.nanoseconds > 0 }.map { activity in
                    let from = Double(activity.startNanoseconds - start) / unit.nanoseconds
                    let to = Double(activity.endNanoseconds - start) / unit.nanoseconds
                    return Plot.Row(x: from, y: lane(of: rank, isTransfer: look == .transfer), from...to)
                }
            }
            return rows.isEmpty
                ? nil
                : Plot.Trace(
                    series: look.rawValue, kind: look == .waiting ? .idleSpan : .span, style: look.style, rows: rows)
        }
        return Plot(
            name: "rank-timeline", title: title(series, point, ranks),
            method:
                "One call of \(name(series)) at \(Quantity.tokens(point.keyLength)) tokens, of a sample near the median. Each "
                + "rank's own clock, from the barrier on. Filled: computing; outlined: waiting for messages. The lower lane of "
                + "a rank shows when messages to it were under way.",
            notes: [], x: .linear(to: Double(end - start) / unit.nanoseconds),
            y: Axis(low: -2 * Double(ranks.count) + 0.4, high: 0.7, isLogarithmic: false, ticks: lanes),
            xLabel: "time since the barrier (\(unit.name))", yLabel: "",
            columns: ("start", "lane"), traces: traces, guides: [])
    }

    /// The ring that is most worth showing, at its longest length.
    private static func shown(_ analysis: ScalingAnalysis) -> (Series, Point, [[RankActivity]])? {
        let series = analysis.series.filter { $0.ranks != nil }
        let best = ["ranks/ring-zigzag", "ranks/ring"].lazy.compactMap { name in series.first { $0.kernel == name } }
        for one in Array(best) + series {
            for point in one.points.reversed() {
                if let ranks = point.ranks?.timeline, (2...mostRanks).contains(ranks.count) {
                    return (one, point, ranks)
                }
            }
        }
        return nil
    }

    /// Rank 0 stands at the top.
    private static func lane(of rank: Int, isTransfer: Bool) -> Double {
        -(Double(rank) * 2 + (isTransfer ? 0.95 : 0))
    }

    private static func title(_ series: Series, _ point: Point, _ ranks: [[RankActivity]]) -> String {
        let shares = ranks.map { activities in
            let spans = (activities.map(\.endNanoseconds).max() ?? 1) - (activities.map(\.startNanoseconds).min() ?? 0)
            return Double(activities.nanoseconds(.computing)) / Double(max(1, spans))
        }
        let waiting = ranks.map { $0.nanoseconds(.waiting) }
        let least = shares.min() ?? 0
        return
            "In a call of \(name(series)) each rank computes at least \(Quantity.percent(least, place: -1)) of its own time "
            + "and waits at most \(Quantity.time(nanoseconds: Double(waiting.max() ?? 0)))"
    }

    /// That ranks share it is said beside it.
    private static func name(_ series: Series) -> String { String(series.label.trimmingPrefix("ranks/")) }

    /// How activities are drawn: by fill and lane, since colours alone say nothing in grey print.
    private enum Look: String, CaseIterable {
        case computing
        case moving = "merging, copying"
        case waiting
        case transfer = "messages under way"

        var kinds: Set<RankActivity.Kind> {
            switch self {
            case .computing: [.computing]
            case .moving: [.merging, .copying]
            case .waiting: [.waiting]
            case .transfer: [.transfer]
            }
        }

        var style: SeriesStyle {
            let place = Look.allCases.firstIndex(of: self)!
            return SeriesStyle(
                colour: [SeriesStyle.colours[0], SeriesStyle.colours[4], "#000000", SeriesStyle.colours[2]][place],
                filledMark: SeriesStyle.shapes[place], openMark: nil, dash: SeriesStyle.dashes[0], size: 1)
        }
    }

    /// The unit in which an axis of so many nanoseconds has numbers of a few digits.
    private struct TimeScale {
        let name: String
        let nanoseconds: Double

        init(span: Double) {
            (name, nanoseconds) = span >= 2e9 ? ("s", 1e9) : span >= 2e6 ? ("ms", 1e6) : ("µs", 1e3)
        }
    }
}
