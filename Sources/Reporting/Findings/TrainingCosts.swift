import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Statistics

/// Time of the forward pass, of the backward pass, and of both against length.
enum TrainingCosts: Finding {
    static let phase = Phase.backward
    static let key: String? = "trainingCosts"

    static func find(in analysis: ScalingAnalysis) -> [TrainingCost] { TrainingCost.all(in: analysis) }

    static func figure(_ findings: Findings) -> Plot? {
        guard let lead = findings[TrainingCosts.self].first(where: { $0.rows.count > 1 }) else { return nil }
        let labels = [lead.forward, lead.backward] + [lead.both, lead.checkpointed].compactMap { $0 }
        let analysis = findings.analysis.only { labels.contains($0.label) }
        let styles = SeriesStyle.styles(for: analysis.series)
        guard let lengths = analysis.curveLengths, lengths.lowerBound < lengths.upperBound else { return nil }
        let traces = analysis.series.flatMap { series in
            styles[series.label].map { PromptTimes.traces(series, $0, within: lengths, skipped: []) } ?? []
        }
        let times = traces.flatMap { $0.rows.map(\.y) }
        guard let least = times.min(), let most = times.max() else { return nil }
        let x = Axis.lengths(from: Int(saturating: Double(lengths.lowerBound) / 1.1), to: lengths.upperBound)
        let y = Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5)
        return Plot(
            name: "training-time", title: title(lead),
            method:
                "One call, \(analysis.conditions). Points: medians with 95 % intervals. Lines: c · pairs^β + a, fitted over "
                + "the exact pairs of the mask. The backward pass has five products a pair and the forward pass two"
                + (lead.checkpointed == nil
                    ? "." : "; a checkpointed step has two forward passes and one backward pass."),
            notes: [], x: x, y: y, xLabel: analysis.lengthAxisName, yLabel: "time per call",
            columns: ("tokens", "nanoseconds"), traces: traces, guides: PromptTimes.guides(x: x, y: y))
    }

    private static func title(_ cost: TrainingCost) -> String {
        guard let row = cost.rows.last else { return "Time of the passes of training by length" }
        return "At \(Quantity.tokens(row.length)) tokens the backward pass takes "
            + "\(Quantity.interval(row.ratio, unit: "×")) as long as the forward pass; products say "
            + Quantity.ratio(TrainingCost.theory)
    }
}

/// The sentences and tables of training.
extension TrainingCosts {
    /// How the first series grows, and what it costs beside its forward pass.
    static func sentences(_ findings: Findings) -> [String] {
        let analysis = findings.analysis.only(.backward)
        let growth = analysis.baseline.map { [PromptTimes.growth($0, analysis)] } ?? []
        return growth + findings[TrainingCosts.self].prefix(3).compactMap(sentence)
    }

    private static func sentence(_ cost: TrainingCost) -> String? {
        guard let row = cost.rows.last else { return nil }
        let both = row.both.map { both in
            let sum = (row.forward.value + row.backward.value) / both.value
            return ", and both in one call \(Quantity.percent(1 / sum)) of the sum of the two"
        }
        return "\(cost.backward) takes \(Quantity.interval(row.ratio, unit: "×")) as long as \(cost.forward) at "
            + "\(Quantity.tokens(row.length)) tokens, where products say \(Quantity.ratio(TrainingCost.theory))"
            + (both ?? "") + "." + (checkpoint(row) ?? "")
    }

    /// What it costs not to keep what the forward pass computed.
    private static func checkpoint(_ row: TrainingCost.Row) -> String? {
        row.checkpointRatio.map { ratio in
            " A step that computes the forward pass twice takes \(Quantity.interval(ratio, unit: "×")) as long as one that keeps "
                + "it, where products say \(Quantity.ratio(TrainingCost.checkpointTheory))."
        }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        let phases = [Phase.backward, .training, .checkpointed].map(findings.only)
        switch section {
        case .summary:
            return zip(
                [
                    "Growth and cost of backward passes", "Growth and cost of both passes in one call",
                    "Growth and cost of checkpointed steps",
                ], phases
            ).flatMap { [Document.Block].table($0, PromptTimes.summary($1)) }
        case .training:
            let costs = findings[TrainingCosts.self]
            return [Document.Block].table(contextsCaption, contexts(costs))
                + [Document.Block].table("The passes of training beside one another", table(costs))
                + [Document.Block].table("A step that computes the forward pass twice", checkpoints(costs))
        case .cells:
            return zip(
                [
                    "Every cell of backward passes", "Every cell of both passes in one call",
                    "Every cell of checkpointed steps",
                ], phases
            ).flatMap { [Document.Block].table($0, Throughput.cells($1.analysis)) }
        default: return []
        }
    }

    private static var contextsCaption: String {
        let lengths = TrainingCost.contextLengths.map { Quantity.tokens($0) }
        return
            "What training at \(lengths[0]) and \(lengths[1]) costs: attention of one layer, forward and backward pass"
    }

    /// One row a context: what a step costs, and what a token of it costs beside one of the shortest context.
    static func contexts(_ costs: [TrainingCost]) -> Table {
        Table(
            columns: [
                .init("backward", .left), .init("n"), .init("forward pass"), .init("backward pass"),
                .init("both passes"),
                .init("a token"), .init("a token, against the first"), .init("basis", .left),
            ],
            rows: costs.flatMap { cost in
                cost.contexts.map { context in
                    let (row, first) = (context.row, cost.contexts[0].row)
                    return [
                        cost.backward, Quantity.tokens(row.length), Quantity.time(row.forward),
                        Quantity.time(row.backward), row.both.map { Quantity.time($0) } ?? "",
                        Quantity.time(nanoseconds: row.nanosecondsPerToken),
                        Quantity.ratio(row.nanosecondsPerToken / first.nanosecondsPerToken),
                        context.basis == .measured ? "measured" : "by the fitted laws",
                    ]
                }
            }
        ).droppingEmptyColumns()
    }

    /// One row a length.
    static func table(_ costs: [TrainingCost]) -> Table {
        Table(
            columns: [
                .init("backward", .left), .init("n"), .init("forward pass"), .init("backward pass"),
                .init("backward / forward"), .init("by products"), .init("both in one call"),
            ],
            rows: costs.flatMap { cost in
                cost.rows.map { row in
                    [
                        cost.backward, Quantity.tokens(row.length), Quantity.time(row.forward),
                        Quantity.time(row.backward),
                        Quantity.interval(row.ratio, unit: "×"), Quantity.ratio(TrainingCost.theory),
                        row.both.map { Quantity.time($0) } ?? "",
                    ]
                }
            }
        ).droppingEmptyColumns()
    }

    /// One row a length at which both were measured: a step that keeps what the forward pass computed, and one that does not.
    static func checkpoints(_ costs: [TrainingCost]) -> Table {
        Table(
            columns: [
                .init("backward", .left), .init("n"), .init("keeps the forward pass"), .init("computes it twice"),
                .init("twice / keeps"), .init("by products"),
            ],
            rows: costs.flatMap { cost in
                cost.rows.compactMap { row -> [String]? in
                    guard let both = row.both, let checkpointed = row.checkpointed, let ratio = row.checkpointRatio
                    else { return nil }
                    return [
                        cost.backward, Quantity.tokens(row.length), Quantity.time(both), Quantity.time(checkpointed),
                        Quantity.interval(ratio, unit: "×"), Quantity.ratio(TrainingCost.checkpointTheory),
                    ]
                }
            })
    }
}

/// Peak memory of backward passes against length: with all weights in memory it grows with the square.
enum TrainingMemoryCurves: Finding {
    static let phase = Phase.backward

    static func figure(_ findings: Findings) -> Plot? {
        guard var plot = PeakMemory.plot(findings.analysis.only(.backward)) else { return nil }
        plot.name = "training-memory"
        return plot
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .training else { return [] }
        return .table("How the memory of backward passes grows", table(findings.analysis.only(.backward)))
    }

    /// One row a series: its memory at its two longest lengths, and the power of the length by which it grew between them.
    static func table(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("series", .left), .init("n"), .init("peak memory"), .init("predicted"),
                .init("grows as n to the power"), .init("predicted power"),
            ],
            rows: analysis.series.compactMap { series in
                guard let last = series.points.last else { return nil }
                let before = series.points.dropLast().last
                func power(_ bytes: (Point) -> Int?) -> String {
                    guard let before, let small = bytes(before), let large = bytes(last), small > 0, large > 0 else {
                        return ""
                    }
                    let doubling = log2(Double(last.keyLength) / Double(before.keyLength))
                    return Quantity.number(log2(Double(large) / Double(small)) / doubling, place: -2)
                }
                return [
                    series.label, Quantity.tokens(last.keyLength), Quantity.bytes(last.memory.peakResidentBytes),
                    last.memory.predictedBytes.map(Quantity.bytes) ?? "–",
                    power { $0.memory.peakResidentBytes }, power(\.memory.predictedBytes),
                ]
            })
    }
}
