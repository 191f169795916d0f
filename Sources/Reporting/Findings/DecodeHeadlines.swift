import Analysis
import Quantities
import Statistics

extension Headlines {
    /// What decoding showed: how the full cache grows, whether windows stay flat, and what was compared beside these.
    static func decodeLines(_ analysis: ScalingAnalysis) -> [String] {
        let decode = analysis.only(.decode)
        let comparisons = [
            analysis.streaming.first.flatMap(streaming), analysis.tokenCosts.first.flatMap(tokenCost),
            analysis.cacheFormats.first.flatMap(cacheFormat),
        ].compactMap { $0 }
        let full = decode.series.first(where: \.isQuadratic)
        let growth = full.flatMap { $0.points.count > 1 ? decodeGrowth($0, decode) : nil }
        return ([growth, flatness(decode)] + comparisons.map(Optional.some)).compactMap { $0 }
    }

    /// "decode-full: time per token grows as bytes^1.00 ± 0.01, matches theory, 93 % of the measured read bandwidth at
    /// 128K cached tokens."
    static func decodeGrowth(_ series: Series, _ decode: ScalingAnalysis) -> String {
        var parts = series.points.count > 1 ? [decodeExponent(series)] : []
        if let point = decode.lastPoint(of: series) {
            let time = Quantity.time(nanoseconds: point.medianNanoseconds, low: point.low, high: point.high)
            parts.append("\(time) a token at \(Quantity.tokens(point.keyLength)) cached tokens")
            if !series.recomputes, let fraction = point.fractionOfBandwidth {
                let place = point.cacheLevel.map { " (in L\($0))" } ?? ""
                parts.append("\(Quantity.percent(fraction)) of the measured read bandwidth" + place)
            }
        }
        return "\(series.label): " + parts.joined(separator: ", ") + "."
    }

    private static func decodeExponent(_ series: Series) -> String {
        let slope = series.lengthSlope.map {
            "n^\(Quantity.aboutZero($0.exponent)) from \(Quantity.tokens($0.fromLength)) cached tokens on"
        }
        let growth = series.exponent.map { "time per token grows as bytes^\(Quantity.estimate($0))" }
        let found = [growth, slope].compactMap { $0 }
        guard !found.isEmpty else { return "too few lengths to fit a growth law" }
        let verdict = series.law == nil && series.verdict == .matches ? "flat, as theory says" : text(series.verdict)
        return found.joined(separator: ", ") + ", " + verdict
    }

    /// "3 of 3 windowed series stay flat past their window, within n^0.01; decode-window(1024) is 32× as fast …".
    private static func flatness(_ decode: ScalingAnalysis) -> String? {
        let windowed = decode.series.filter { $0.lengthSlope != nil }
        guard !windowed.isEmpty else { return nil }
        let flat = windowed.filter { $0.lengthSlope?.verdict == .matches }
        let others = windowed.filter { $0.lengthSlope?.verdict != .matches }
        let verb = flat.count == 1 ? "stays" : "stay"
        let count = "\(flat.count) of \(windowed.count) windowed series \(verb) flat however much is cached"
        guard !others.isEmpty else { return count + "." }
        let deviating = others.filter { $0.lengthSlope?.verdict == .deviates }
        let undecided = others.count - deviating.count
        let named = deviating.map { series in
            "\(series.label) deviates" + (series.lengthSlope.map { " (n^\(Quantity.aboutZero($0.exponent)))" } ?? "")
        }
        let counted = undecided == 0 ? [] : ["\(undecided) \(undecided == 1 ? "is" : "are") undecided"]
        return count + "; " + AbsentCells.list(named + counted) + "."
    }

    private static func streaming(_ streaming: Streaming) -> String? {
        streaming.lead.map { row in
            "Recomputing a window of \(Quantity.tokens(row.window)) for each token takes "
                + "\(Quantity.interval(row.ratio, unit: "×")) the time of keeping it beside \(row.sinks) sinks "
                + "(StreamingLLM reports up to \(Quantity.number(StreamingFigure.reported, place: -1))× for whole models)."
        }
    }

    private static func tokenCost(_ cost: TokenCost) -> String? {
        cost.representative.map { row in
            "A token written costs \(Quantity.interval(row.ratio, unit: "×")) the attention of one read at "
                + "\(Quantity.tokens(row.length)) tokens of context."
        }
    }

    private static func cacheFormat(_ cost: CacheFormatCost) -> String? {
        guard let fastest = cost.rows.min(by: { $0.timeRatio.value < $1.timeRatio.value }), let widest = cost.rows.first
        else { return nil }
        return "\(cost.kernel) with a \(fastest.format.rawValue) cache takes "
            + "\(Quantity.interval(fastest.timeRatio, unit: "×")) the time of \(widest.format.rawValue) and reads "
            + "\(Quantity.ratio(fastest.bytesRatio)) its bytes at \(Quantity.tokens(cost.length)) cached tokens."
    }
}
