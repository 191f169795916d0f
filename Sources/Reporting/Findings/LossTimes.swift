import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Statistics

/// Time of a loss and its gradients against the words of the vocabulary.
enum LossTimes: Finding {
    static let phase = Phase.loss

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.loss)
        guard let words = analysis.curveLengths, words.lowerBound < words.upperBound else { return nil }
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = analysis.series.flatMap { series in
            styles[series.label].map {
                PromptTimes.traces(series, $0, within: words, skipped: analysis.absentNearCurves)
            } ?? []
        }
        let times = traces.flatMap { $0.rows.map(\.y) }
        guard let least = times.min(), let most = times.max() else { return nil }
        let longest = ([words.upperBound] + analysis.absentNearCurves.map(\.keyLength)).max() ?? words.upperBound
        let x = Axis.words(from: words.lowerBound, to: longest)
        let y = Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5)
        return Plot(
            name: "loss-time", title: title(analysis),
            method:
                "Loss and gradients in one call, \(analysis.conditions). Points: medians with 95 % intervals. Lines: c · pairs^β + a, "
                + "fitted over the pairs of a token and a word.",
            notes: traces.contains { $0.kind == .skipped } ? [AbsentCells.crosses] : [],
            x: x, y: y, xLabel: analysis.lengthAxisName, yLabel: "time per call", columns: ("words", "nanoseconds"),
            traces: traces, guides: [guide(x: x, y: y)])
    }

    private static func title(_ analysis: ScalingAnalysis) -> String {
        let fitted = analysis.series.filter { $0.exponent != nil }
        guard !fitted.isEmpty else {
            return analysis.fastestAndSlowest(after: Phase.loss.lengthNoun)
                ?? "Time of a loss by words of the vocabulary"
        }
        return fitted.allSatisfy { $0.verdict == .matches }
            ? "Time of a loss grows in proportion to tokens times words"
            : LawTally(fitted.map(\.verdict)).sentence(owner: " of losses")
    }

    /// A slope of 1 in the upper left, which growing curves leave empty.
    static func guide(x: Axis, y: Axis) -> Plot.Guide {
        let startX = x.low * pow(x.high / x.low, 0.05)
        let startY = y.low * pow(y.high / y.low, 0.6)
        let span = min(4, pow(x.high / x.low, 0.3), pow(y.high / startY, 0.8))
        return Plot.Guide(
            name: "∝ V", rows: [Plot.Row(x: startX, y: startY), Plot.Row(x: startX * span, y: startY * span)],
            isNamed: .afterEnd)
    }
}

extension Axis {
    static func words(from low: Int, to high: Int) -> Axis {
        counts(of: "words", from: Int(saturating: Double(low) / 1.1), to: high)
    }
}

/// The sentences and tables of losses.
extension LossTimes {
    /// How each kernel grows, and how the kernels stand beside one another.
    static func sentences(_ findings: Findings) -> [String] {
        let analysis = findings.analysis.only(.loss)
        let leads = leads(analysis)
        return leads.map { PromptTimes.growth($0, analysis) } + [ratio(leads)].compactMap { $0 }
    }

    /// The series that stands for each kernel: that of most vocabularies, and of as many, the first.
    private static func leads(_ analysis: ScalingAnalysis) -> [Series] {
        Works.unique(analysis.series.map(\.kernel)).prefix(3).compactMap { kernel in
            let own = analysis.series.filter { $0.kernel == kernel }
            let most = own.map(\.points.count).max()
            return own.first { $0.points.count == most }
        }
    }

    /// "At 128K words cross-entropy-cut takes 1.10× [1.08, 1.12] and … as long as cross-entropy-logits." Of the same tokens alone.
    private static func ratio(_ leads: [Series]) -> String? {
        guard let first = leads.first, let words = first.points.last?.keyLength else { return nil }
        let others = leads.dropFirst().filter { $0.parameters == first.parameters }
        let clauses = others.compactMap { other -> String? in
            guard let own = first.points.last?.median,
                let median = other.points.first(where: { $0.keyLength == words })?.median
            else { return nil }
            return "\(other.label) takes \(Quantity.interval(median.ratio(to: own), unit: "×"))"
        }
        guard !clauses.isEmpty else { return nil }
        return "At \(Quantity.tokens(words)) words \(AbsentCells.list(clauses)) as long as \(first.label)."
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        let losses = findings.only(.loss)
        return switch section {
        case .summary: .table("Growth and cost of losses and their gradients", PromptTimes.summary(losses))
        case .cells:
            .table("Every cell of losses; n is the number of words", Throughput.cells(losses.analysis))
        default: []
        }
    }
}
