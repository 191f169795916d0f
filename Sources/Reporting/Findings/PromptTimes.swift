import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Statistics

/// Time against length on logarithmic axes: does it grow as theory says?
enum PromptTimes: Finding {
    static let phase = Phase.prefill
    static let drawn: FigureParts.Drawn? = .only(.prefill)

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.prefill)
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
        let x = Axis.lengths(from: Int(saturating: Double(measured.lowerBound) / 1.1), to: longest)
        let y = Axis.times(fromNanoseconds: least / 1.5, to: most * 1.5)
        return Plot(
            name: "time", title: title(analysis),
            method: "One call, \(analysis.conditions). Points: medians with 95 % intervals. "
                + "Lines: c · pairs^β + a, fitted over the exact pairs of each mask."
                + exponents(analysis) + analysis.stateNote
                + (traces.contains { $0.kind == .beyond } ? " Dotted: beyond the measured lengths." : ""),
            notes: traces.contains { $0.kind == .skipped } ? [AbsentCells.crosses] : [],
            x: x, y: y,
            xLabel: analysis.lengthAxisName,
            yLabel: "time per call", columns: ("tokens", "nanoseconds"), traces: traces,
            guides: guides(x: x, y: y))
    }

    /// What is shown, and how many series grow as theory says.
    static func title(_ analysis: ScalingAnalysis) -> String {
        let fitted = analysis.series.filter { $0.exponent != nil }
        guard !fitted.isEmpty else {
            return analysis.fastestAndSlowest(after: "tokens") ?? "Time per call by sequence length"
        }
        guard fitted.allSatisfy({ $0.verdict == .matches }) else { return LawTally(fitted.map(\.verdict)).sentence() }
        let counted = analysis.stateNote.isEmpty ? "pairs that the mask allows" : "exact count of pairs"
        return "Time per call grows in proportion to the \(counted)"
    }

    /// The exponents of full attention, or of the first series, and of what does not match theory.
    private static func exponents(_ analysis: ScalingAnalysis) -> String {
        let fitted = analysis.series.filter { $0.exponent != nil }
        guard let first = fitted.first(where: \.isQuadratic) ?? fitted.first else { return "" }
        let others = fitted.filter { $0.label != first.label && $0.verdict != .matches }
        let named = ([first] + others.prefix(3)).compactMap { series in
            series.exponent.map { exponent in
                let verdict =
                    switch series.verdict {
                    case .matches: ""
                    case .deviates: " (deviates)"
                    case .undecided: " (undecided)"
                    }
                return "\(Quantity.estimate(exponent)) for \(series.label)\(verdict)"
            }
        }
        let more = LawTally(others.dropFirst(3).map(\.verdict)).more
        return " β: " + (named + [more].compactMap { $0 }).joined(separator: "; ") + "."
    }

    static func traces(
        _ series: Series, _ style: SeriesStyle, within lengths: ClosedRange<Int>, skipped: [AbsentCell]
    ) -> [Plot.Trace] {
        let points = series.points(within: lengths)
        guard let first = points.first, let last = points.last else { return [] }
        func law(_ range: ClosedRange<Int>) -> [Plot.Row] {
            Sampling.lengths(range).compactMap { length in
                series.fittedNanoseconds(at: length).map { Plot.Row(x: Double(length), y: $0) }
            }
        }
        let measured = points.map { Plot.Row(x: Double($0.keyLength), $0.median) }
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
    static func guides(x: Axis, y: Axis) -> [Plot.Guide] {
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

/// The sentences of prompts.
extension PromptTimes {
    /// How the baseline grows and what a window wins; where no series has lengths enough for a law, what is left to say.
    static func sentences(_ findings: Findings) -> [String] {
        let prefill = findings.only(.prefill)
        let analysis = prefill.analysis
        guard analysis.series.contains(where: { $0.law != nil }) else {
            return analysis.curveLengths.map {
                [Throughput.title(analysis, $0) + "; too few lengths to fit a growth law."]
            } ?? []
        }
        return [analysis.baseline.map { growth($0, analysis) }, window(prefill), state(prefill)].compactMap { $0 }
    }

    /// "full: time grows as pairs^1.00 ± 0.01, matches theory, 91 % of this core's peak at 16K tokens."
    static func growth(_ series: Series, _ analysis: ScalingAnalysis) -> String {
        var parts = ["\(series.label): " + exponent(series)]
        if let point = analysis.lastPoint(of: series) {
            let cores = series.cores == 1 ? "this core's peak" : "these cores' peak"
            let owner = series.device.map { "the peak of \($0.name)" } ?? cores
            let length = "\(Quantity.tokens(point.keyLength)) \(series.parameters.phase.lengthNoun)"
            parts.append("\(Quantity.percent(point.utilisation.fractionOfPeak)) of \(owner) at \(length)")
        }
        return parts.joined(separator: ", ") + "."
    }

    /// "time grows as pairs^1.00 ± 0.01, matches theory".
    private static func exponent(_ series: Series) -> String {
        guard let exponent = series.exponent else { return "too few lengths to fit a growth law" }
        return "time grows as pairs^\(Quantity.estimate(exponent)), \(series.verdict.sentence)"
    }

    /// How that series grows and from where it wins, then how the rest did.
    private static func window(_ findings: Findings) -> String? {
        let analysis = findings.analysis
        guard let baseline = analysis.baseline, let lead = analysis.windowedLead else { return nil }
        let pair = Set([lead.label, baseline.label])
        let crossing = findings[Crossovers.self].first { Set([$0.faster, $0.slower]) == pair }
        let verdict = lead.law == nil ? "too few lengths to fit a growth law" : lead.verdict.sentence
        let sentence = ["\(lead.label): \(verdict)", crossing.map { Crossovers.beats($0, for: lead) }].compactMap { $0 }
        let rest = remaining(analysis.series.filter { !pair.contains($0.label) })
        return sentence.joined(separator: "; ") + "." + (rest.map { " " + $0 } ?? "")
    }

    /// "linear: matches theory; beats full from 410 [405, 416] tokens.", unless the sentence on windows is about it.
    private static func state(_ findings: Findings) -> String? {
        let analysis = findings.analysis
        guard let baseline = analysis.baseline, let lead = analysis.windowedLead,
            let series = analysis.series.first(where: { $0.parameters.weighting != nil && $0.label != lead.label }),
            let crossing = findings[Crossovers.self].first(where: {
                Set([$0.faster, $0.slower]) == [series.label, baseline.label]
            })
        else { return nil }
        return "\(series.label): \(Crossovers.beats(crossing, for: series))."
    }

    /// "Of 5 other series 4 match; attention-sink(4+256) deviates." Those that deviate are named, the rest counted.
    private static func remaining(_ series: [Series]) -> String? {
        guard !series.isEmpty else { return nil }
        let unfitted = series.filter { $0.law == nil }
        let deviating = series.filter { $0.law != nil && $0.verdict == .deviates }
        let undecided = series.filter { $0.law != nil && $0.verdict == .undecided }
        let matching = series.count - unfitted.count - deviating.count - undecided.count
        if matching == series.count {
            return series.count == 1 ? "The other series matches too." : "All \(series.count) other series match too."
        }
        let states = [(undecided.count, "undecided"), (unfitted.count, "too short to fit")]
        if let (_, words) = states.first(where: { $0.0 == series.count }) {
            return series.count == 1
                ? "The other series is \(words)." : "All \(series.count) other series are \(words)."
        }
        func counted(_ some: [Series], _ words: String) -> String? {
            some.isEmpty ? nil : "\(some.count == 1 ? some[0].label + " is" : "\(some.count) are") \(words)"
        }
        let named = AbsentCells.list(deviating.map(\.label)) + (deviating.count == 1 ? " deviates" : " deviate")
        let clauses = [
            matching == 0 ? nil : "\(matching) \(matching == 1 ? "matches" : "match")",
            deviating.isEmpty ? nil : named,
            counted(undecided, "undecided"), counted(unfitted, "too short to fit"),
        ].compactMap { $0 }
        return "Of \(series.count) other series " + clauses.joined(separator: "; ") + "."
    }
}

extension PromptTimes {
    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .summary ? .table("Growth and cost by series", summary(findings.only(.prefill))) : []
    }

    /// One row a series: how it grows and what it costs.
    ///
    /// - Parameter findings: of one phase.
    static func summary(_ findings: Findings) -> Table {
        let (analysis, crossovers) = (findings.analysis, findings[Crossovers.self])
        var notes = Footnotes()
        let rows = analysis.series.map { series -> [String] in
            let last = analysis.lastPoint(of: series)
            return [
                series.label,
                series.exponent.map(Quantity.estimate) ?? "–",
                series.law == nil ? "not fitted" : series.verdict.rawValue,
                series.nanosecondsPerPair.map(Quantity.estimate) ?? "–",
                last.map { Quantity.percent($0.utilisation.fractionOfPeak) } ?? "–",
                Crossovers.wins(series, crossovers),
                series.cautions.map { notes.mark($0.description) }.joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("series", .left), .init("exponent"), .init("verdict", .left), .init("ns/pair", .right, .whenWide),
                .init("peak"),
                .init("wins from (tokens)", .left, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }
}
