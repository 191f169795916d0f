import Analysis
import Attention
import Statistics

/// What a sweep found, in sentences that carry their intervals. Pure: the same analysis gives the same words.
public struct Headlines: Sendable, Hashable {
    /// At most four: how the baseline grows, what a window wins, what wasted pairs cost, what a very long context
    /// takes. What the terminal prints and the report opens with.
    public let lines: [String]
    /// One sentence a series and one for each pair of kernels compared.
    public let details: [String]

    public init(_ analysis: ScalingAnalysis) {
        let baseline = analysis.baseline
        let overhead = Self.lead(among: analysis.overheadRatios)
        lines = [
            baseline.map { Self.growth($0, analysis) },
            Self.window(analysis),
            overhead.map(Self.overhead),
            Self.forecast(analysis),
        ].compactMap { $0 }
        details =
            analysis.series.map { Self.verdict($0, analysis) }
            + analysis.overheadRatios.map(Self.overhead)
    }

    /// "full: time grows as pairs^1.00 ± 0.01, matches theory, 91 % of this core's peak at 16K tokens."
    private static func growth(_ series: Series, _ analysis: ScalingAnalysis) -> String {
        var parts = ["\(series.label): " + exponent(series)]
        let curve = analysis.curveLengths.map { series.points(within: $0) } ?? []
        if let point = curve.last ?? series.points.last {
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

    private static func text(_ verdict: TheoryVerdict) -> String {
        switch verdict {
        case .matches: "matches theory"
        case .deviates: "deviates from theory"
        case .undecided: "too uncertain to judge against theory"
        }
    }

    /// The first series with a window that beats the baseline, then how the rest did.
    private static func window(_ analysis: ScalingAnalysis) -> String? {
        guard let baseline = analysis.baseline else { return nil }
        let others = analysis.series.filter { $0.label != baseline.label }
        func crossing(_ series: Series) -> Crossover? {
            let pair = Set([series.label, baseline.label])
            return analysis.crossovers.first { Set([$0.faster, $0.slower]) == pair }
        }
        func crosses(_ series: Series) -> Bool {
            if case .at = crossing(series)?.place { true } else { false }
        }
        guard let lead = others.last(where: { crosses($0) && $0.kernel == others.first(where: crosses)?.kernel })
            ?? others.first
        else { return nil }
        let verdict = lead.law == nil ? "too few lengths to fit a growth law" : text(lead.verdict)
        let sentence = ["\(lead.label): \(verdict)", crossing(lead).map { beats($0, for: lead) }].compactMap { $0 }
        let rest = remaining(others.filter { $0.label != lead.label })
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

    /// "Of 5 other series 4 match theory; attention-sink(4, 256) deviates."
    private static func remaining(_ series: [Series]) -> String? {
        guard !series.isEmpty else { return nil }
        let unfit = series.filter { $0.verdict != .matches || $0.law == nil }
        let total = series.count == 1 ? "The other series" : "Of \(series.count) other series"
        if unfit.isEmpty {
            return series.count == 1 ? "The other series matches too." : "All \(series.count) other series match too."
        }
        let named = unfit.map { series in
            switch (series.law, series.verdict) {
            case (nil, _): "\(series.label) has too few lengths"
            case (_, .deviates): "\(series.label) deviates"
            default: "\(series.label) is undecided"
            }
        }
        if series.count == 1 { return named[0].prefix(1).uppercased() + named[0].dropFirst() + "." }
        return "\(total) \(series.count - unfit.count) match; " + named.joined(separator: ", ") + "."
    }

    /// The comparison at the largest length; among equals the one that wastes most.
    private static func lead(among ratios: [OverheadRatio]) -> OverheadRatio? {
        ratios.max { ($0.length, $0.computedPairsRatio) < ($1.length, $1.computedPairsRatio) }
    }

    /// "chunked-overlap(1024) does 2.00× the pairs of sliding-window(1024) and takes 2.04× [2.02, 2.06] the time."
    private static func overhead(_ ratio: OverheadRatio) -> String {
        "\(ratio.series) does \(Quantity.ratio(ratio.computedPairsRatio)) the pairs of \(ratio.against) "
            + "and takes \(Quantity.interval(ratio.measuredTimeRatio, unit: "×")) the time "
            + "at \(Quantity.tokens(ratio.length)) tokens."
    }

    /// "At 10M tokens: full 15 h (forecast ×/÷ 1.17), sliding-window(1024) 11.2 s (measured)."
    private static func forecast(_ analysis: ScalingAnalysis) -> String? {
        guard let tokens = analysis.forecasts.map(\.tokens).max() else { return nil }
        let there = analysis.forecasts.filter { $0.tokens == tokens }
        let baseline = there.first { $0.series == analysis.baseline?.label }
        let fastest = there.filter { $0.series != baseline?.series }.min { $0.seconds < $1.seconds }
        let parts = [baseline, fastest].compactMap { $0 }.map { "\($0.series) \(text($0))" }
        return "At \(Quantity.tokens(tokens)) tokens: " + parts.joined(separator: ", ") + "."
    }

    /// "15 h (forecast ×/÷ 1.17)" or "11.2 s (measured)".
    static func text(_ forecast: Forecast) -> String {
        let time = Quantity.time(
            nanoseconds: forecast.seconds * 1e9, low: forecast.low * 1e9, high: forecast.high * 1e9)
        switch forecast.basis {
        case .measured: return "\(time) (measured)"
        case .extrapolated:
            return "\(time) (forecast \(Quantity.factor(low: forecast.low, high: forecast.high)))"
        }
    }

    private static func verdict(_ series: Series, _ analysis: ScalingAnalysis) -> String {
        let crossovers = analysis.crossovers.filter { crossover in
            // Both sides of a pair that never crosses would say the same: the narrower mask says it.
            crossover.faster == series.label || (crossover.slower == series.label && !series.isQuadratic)
        }
        let clauses = crossovers.map { beats($0, for: series) } + [regime(series)].compactMap { $0 }
        let text = growth(series, analysis)
        return clauses.isEmpty ? text : String(text.dropLast()) + "; " + clauses.joined(separator: "; ") + "."
    }

    /// "a pair costs 1.12 ± 0.02 times as much from 8K tokens on, where K and V (4.00 MiB) outgrow the L2 cache".
    private static func regime(_ series: Series) -> String? {
        series.regimeChange.map { change in
            let cache = change.cacheLevel.map {
                ", where K and V of a head (\(Quantity.bytes(Int(change.keyValueBytes)))) outgrow the L\($0) cache"
            }
            return "a pair costs \(Quantity.estimate(change.costRatio)) times as much from "
                + "\(Quantity.tokens(change.toLength)) tokens on" + (cache ?? "")
        }
    }
}
