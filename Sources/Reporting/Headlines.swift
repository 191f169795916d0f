import Analysis
import Attention
import Quantities
import Statistics

/// What a sweep found, in sentences that carry their intervals. Pure: the same analysis gives the same words.
public struct Headlines: Sendable, Hashable {
    /// At most four of prefill: how the baseline grows, what a window wins, what wasted pairs cost, what a very long
    /// context takes; and as many of decoding. One more where much
    /// of the run was not quiet. What the terminal prints and the report opens with.
    public let lines: [String]
    /// One sentence a series and one for each pair of kernels compared.
    public let details: [String]

    public init(_ analysis: ScalingAnalysis) {
        let (prefill, decode) = (analysis.only(.prefill), Self.decodeLines(analysis))
        let growth =
            decode.isEmpty || analysis.isAboutPrefill
            ? Self.lines(prefill) + decode.prefix(4)
            : Array((decode + [Self.forecast(analysis)].compactMap { $0 }).prefix(4))
        lines = growth + [Self.quietTime(analysis)].compactMap { $0 }
        details =
            analysis.series.map { Self.verdict($0, analysis) }
            + analysis.overheadRatios.map(Self.overhead)
    }

    private static func lines(_ prefill: ScalingAnalysis) -> [String] {
        guard prefill.series.contains(where: { $0.law != nil }) else {
            return [spread(prefill), comparison(prefill).map(overhead)].compactMap { $0 }
        }
        return [
            prefill.baseline.map { growth($0, prefill) }, window(prefill), comparison(prefill).map(overhead),
            forecast(prefill),
        ].compactMap { $0 }
    }

    /// "The machine was at full speed for 63 % of the run; the rest was left out."
    private static func quietTime(_ analysis: ScalingAnalysis) -> String? {
        guard let quiet = analysis.quietTime, quiet.share < QuietTime.worthTelling else { return nil }
        let rest =
            switch quiet.cellsUsedWhole {
            case 0: "the rest was left out"
            case quiet.cells: "too little to leave the rest out"
            default:
                "the rest was left out, but for \(Quantity.count(quiet.cellsUsedWhole)) of "
                    + "\(Quantity.count(quiet.cells)) cells that would have kept too few samples"
            }
        return "The machine was at full speed for \(Quantity.percent(quiet.share)) of the run; \(rest)."
    }

    /// What is left to say where no series has lengths enough for a law.
    private static func spread(_ prefill: ScalingAnalysis) -> String? {
        prefill.curveLengths.map { ThroughputFigure.title(prefill, $0) + "; too few lengths to fit a growth law." }
    }

    /// The lines for a terminal, wrapped, each continued under an indent.
    public func text(width: Int) -> String {
        lines.map { TerminalTable.wrap($0, width: width, indent: 2).joined(separator: "\n") + "\n" }.joined()
    }

    /// "full: time grows as pairs^1.00 ± 0.01, matches theory, 91 % of this core's peak at 16K tokens."
    private static func growth(_ series: Series, _ analysis: ScalingAnalysis) -> String {
        if series.parameters.isDecode { return decodeGrowth(series, analysis.only(.decode)) }
        var parts = ["\(series.label): " + exponent(series)]
        if let point = analysis.lastPoint(of: series) {
            let cores = series.parameters.threads == 1 ? "this core's peak" : "these cores' peak"
            let length = Quantity.tokens(point.keyLength)
            parts.append("\(Quantity.percent(point.fractionOfPeak)) of \(cores) at \(length) tokens")
        }
        return parts.joined(separator: ", ") + "."
    }

    /// "time grows as pairs^1.00 ± 0.01, matches theory".
    private static func exponent(_ series: Series) -> String {
        guard let exponent = series.exponent else { return "too few lengths to fit a growth law" }
        return "time grows as pairs^\(Quantity.estimate(exponent)), \(text(series.verdict))"
    }

    static func text(_ verdict: TheoryVerdict) -> String {
        switch verdict {
        case .matches: "matches theory"
        case .deviates: "deviates from theory"
        case .undecided: "too uncertain to judge against theory"
        }
    }

    /// The series that stands for what a window wins: of the first other kernel on as many threads as the baseline, the
    /// last, which has the widest window; of the baseline's own where there is no other.
    private static func lead(_ analysis: ScalingAnalysis) -> Series? {
        guard let baseline = analysis.baseline else { return nil }
        let beside = analysis.series.filter { $0.label != baseline.label }
        let alike = beside.filter {
            $0.kernel != baseline.kernel && $0.parameters.threads == baseline.parameters.threads
        }
        let others = alike.isEmpty ? beside : alike
        return others.last { $0.kernel == others.first?.kernel }
    }

    /// How that series grows and from where it wins, then how the rest did.
    private static func window(_ analysis: ScalingAnalysis) -> String? {
        guard let baseline = analysis.baseline, let lead = lead(analysis) else { return nil }
        let pair = Set([lead.label, baseline.label])
        let crossing = analysis.crossovers.first { Set([$0.faster, $0.slower]) == pair }
        let verdict = lead.law == nil ? "too few lengths to fit a growth law" : text(lead.verdict)
        let sentence = ["\(lead.label): \(verdict)", crossing.map { beats($0, for: lead) }].compactMap { $0 }
        let rest = remaining(analysis.series.filter { !pair.contains($0.label) })
        return sentence.joined(separator: "; ") + "." + (rest.map { " " + $0 } ?? "")
    }

    /// From where a series beats another, in words about that series.
    private static func beats(_ crossover: Crossover, for series: Series) -> String {
        switch crossover.place {
        case .at(let tokens, let bracketed):
            "beats \(crossover.slower) from \(Quantity.interval(tokens, unit: "tokens"))"
                + (bracketed ? "" : ", outside the measured lengths")
        case .notCrossedInRange:
            crossover.faster == series.label
                ? "faster than \(crossover.slower) at every measured length"
                : "slower than \(crossover.faster) at every measured length"
        }
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

    /// What is compared with the lead, or else the comparison at the largest length.
    private static func comparison(_ analysis: ScalingAnalysis) -> OverheadRatio? {
        let label = lead(analysis)?.label
        return analysis.overheadRatios.max {
            ($0.against == label ? 1 : 0, $0.length) < ($1.against == label ? 1 : 0, $1.length)
        }
    }

    /// "chunked-overlap(1024) does 2.00× the pairs of its mask and takes 2.04× [2.02, 2.06] the time of
    /// sliding-window(1024) at 16K tokens."
    private static func overhead(_ ratio: OverheadRatio) -> String {
        "\(ratio.series) does \(Quantity.ratio(ratio.computedPairsRatio)) the pairs of its mask "
            + "and takes \(Quantity.interval(ratio.measuredTimeRatio, unit: "×")) the time of \(ratio.against) "
            + "at \(Quantity.tokens(ratio.length)) tokens."
    }

    /// "At 10M tokens: full 15 h (forecast ×/÷ 1.17), sliding-window(1024) 11.2 s (measured)."
    private static func forecast(_ analysis: ScalingAnalysis) -> String? {
        let labels = [analysis.baseline?.label, lead(analysis)?.label].compactMap { $0 }
        // Others may have been measured farther, and have forecasts where these have none.
        let forecasts = labels.flatMap { label in analysis.forecasts.filter { $0.series == label } }
        guard let tokens = forecasts.map(\.tokens).max() else { return nil }
        let parts = forecasts.filter { $0.tokens == tokens }.map { "\($0.series) \(text($0))" }
        return "At \(Quantity.tokens(tokens)) tokens: " + parts.joined(separator: ", ") + "."
    }

    /// "15 h (forecast ×/÷ 1.17)" or "11.2 s (measured)".
    static func text(_ forecast: Forecast) -> String {
        let time = Quantity.time(
            nanoseconds: forecast.seconds * 1e9, low: forecast.low * 1e9, high: forecast.high * 1e9)
        switch forecast.basis {
        case .measured: return "\(time) (measured)"
        case .interpolated:
            return "\(time) (interpolated \(Quantity.factor(low: forecast.low, high: forecast.high)))"
        case .extrapolated:
            return "\(time) (forecast \(Quantity.factor(low: forecast.low, high: forecast.high)))"
        }
    }

    private static func verdict(_ series: Series, _ analysis: ScalingAnalysis) -> String {
        let crossovers = analysis.crossovers.filter { crossover in
            // Both sides of a pair could say it: the narrower mask does.
            !series.isQuadratic && [crossover.faster, crossover.slower].contains(series.label)
        }
        let clauses = crossovers.map { beats($0, for: series) } + [regime(series)].compactMap { $0 }
        let text = growth(series, analysis)
        return clauses.isEmpty ? text : String(text.dropLast()) + "; " + clauses.joined(separator: "; ") + "."
    }

    /// "a pair costs 1.12 ± 0.02 times as much from 8K tokens on, where K and V (4.00 MiB) outgrow the L2 cache".
    private static func regime(_ series: Series) -> String? {
        series.regimeChange.map { change in
            let what = series.parameters.isDecode ? "the cached K and V" : "K and V of a head"
            let cache = change.cacheLevel.map {
                ", where \(what) (\(Quantity.bytes(Int(saturating: change.keyValueBytes)))) outgrow the L\($0) cache"
            }
            return
                "a \(series.parameters.isDecode ? "byte" : "pair") costs \(Quantity.estimate(change.costRatio)) times as much from "
                + "\(Quantity.tokens(change.toLength)) tokens on" + (cache ?? "")
        }
    }
}
