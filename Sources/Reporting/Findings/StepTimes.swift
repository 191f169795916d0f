import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Time of one generated token against what is cached: the full cache grows, windows stay flat.
enum StepTimes: Finding {
    static let phase = Phase.decode
    static let drawn: FigureParts.Drawn? = .only(.decode)

    static func figure(_ findings: Findings) -> Plot? {
        let decode = findings.analysis.only(.decode)
        guard let lengths = decode.curveLengths, lengths.lowerBound < lengths.upperBound else { return nil }
        let styles = SeriesStyle.styles(for: decode.series)
        let traces = decode.series.flatMap { series in
            styles[series.label].map { self.traces(series, $0, within: lengths) } ?? []
        }
        let times = traces.flatMap { $0.rows.map(\.y) }
        guard let least = times.min(), let most = times.max() else { return nil }
        return Plot(
            name: "decode", title: title(decode),
            method: "One step of one token, \(decode.conditions). Points: medians with 95 % intervals. Lines: "
                + "c · bytes^β + a, fitted over the bytes that a step must read; constant where these do not grow."
                + (decode.hasLatents ? " Of latents: over pairs in the place of bytes." : ""),
            notes: [],
            x: .lengths(from: Int(saturating: Double(lengths.lowerBound) / 1.1), to: lengths.upperBound),
            y: .times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: decode.lengthAxisName,
            yLabel: "time per token", columns: ("tokens", "nanoseconds"), traces: traces, guides: [], intervals: .bars,
            slopes: Dictionary(decode.series.compactMap { series in slope(series).map { (series.label, $0) } }) { $1 })
    }

    /// How the full cache grows, and whether windows stay flat.
    static func title(_ decode: ScalingAnalysis) -> String {
        let full = decode.series.first { $0.isQuadratic && $0.exponent != nil }
        let flat = decode.series.filter { $0.lengthSlope != nil }
        let steady = flat.count { $0.lengthSlope?.verdict == .matches }
        let undecided = flat.count { $0.lengthSlope?.verdict == .undecided }
        let widest = flat.compactMap(\.lengthSlope).max { $0.exponent.magnitude < $1.exponent.magnitude }
        let clauses = [
            full.flatMap { series in
                series.exponent.map { "\(series.label) grows as \(series.workNoun)^\(Quantity.estimate($0))" }
            },
            widest.map { slope -> String in
                let all = flat.count == 2 ? "both" : "all \(flat.count)"
                guard steady < flat.count else {
                    return (flat.count == 1 ? flat[0].label + " stays" : "\(all) \(kind(flat)) stay") + " flat, "
                        + "n^\(Quantity.aboutZero(slope.exponent))" + (flat.count == 1 ? "" : " at most")
                }
                return "\(steady) of \(flat.count) \(kind(flat)) \(steady == 1 ? "stays" : "stay") constant"
                    + (undecided == 0 ? "" : ", \(undecided) \(undecided == 1 ? "is" : "are") undecided")
            },
        ].compactMap { $0 }
        if clauses.isEmpty { return decode.fastestAndSlowest(after: "cached tokens") ?? "Time per token by context" }
        return clauses.joined(separator: "; ")
    }

    /// Series whose bytes do not grow: those with a window, and those with a state.
    private static func kind(_ flat: [Series]) -> String {
        flat.allSatisfy { $0.window != nil } ? "windowed series" : "series with a window or a state"
    }

    private static func traces(
        _ series: Series, _ style: SeriesStyle, within lengths: ClosedRange<Int>
    ) -> [Plot.Trace] {
        let points = series.points(within: lengths)
        guard let first = points.first, let last = points.last else { return [] }
        let range = min(series.lawFromLength ?? first.keyLength, last.keyLength)...last.keyLength
        var line = Sampling.lengths(range).compactMap { length in
            series.fittedNanoseconds(at: length).map { Plot.Row(x: Double(length), y: $0) }
        }
        if line.isEmpty, let flat = series.lengthSlope {
            line = [flat.fromLength, flat.toLength].map { Plot.Row(x: Double($0), y: flat.nanoseconds.value) }
        }
        let measured = points.map { Plot.Row(x: Double($0.keyLength), $0.median) }
        return [
            Plot.Trace(series: series.label, kind: .theory, style: style, rows: line),
            Plot.Trace(series: series.label, kind: .measured, style: style, rows: measured),
        ].filter { !$0.rows.isEmpty }
    }

    /// The fitted slope beside the name.
    private static func slope(_ series: Series) -> String? {
        if let flat = series.lengthSlope { return "n^\(Quantity.aboutZero(flat.exponent))" }
        return series.exponent.map { "\(series.workNoun)^\(Quantity.estimate($0))" }
    }
}

extension Series {
    /// What the law of a decoding series is over.
    fileprivate var workNoun: String { parameters.lawBasis == .bytes ? "bytes" : "pairs" }
}

extension Estimate {
    /// The farthest that the interval goes from zero.
    fileprivate var magnitude: Double { max(abs(low), abs(high)) }
}

/// The sentences of steps.
extension StepTimes {
    /// How the full cache grows and whether windows stay flat.
    static func sentences(_ findings: Findings) -> [String] {
        let decode = findings.analysis.only(.decode)
        let full = decode.series.first(where: \.isQuadratic)
        return [full.flatMap { $0.points.count > 1 ? growth($0, decode) : nil }, flatness(decode)].compactMap { $0 }
    }

    /// "decode-full: time per token grows as bytes^1.00 ± 0.01, matches theory, 93 % of the measured read bandwidth at
    /// 128K cached tokens."
    static func growth(_ series: Series, _ decode: ScalingAnalysis) -> String {
        var parts = series.points.count > 1 ? [exponent(series)] : []
        if let point = decode.lastPoint(of: series) {
            let time = Quantity.time(point.median)
            parts.append("\(time) per token at \(Quantity.tokens(point.keyLength)) cached tokens")
            if !series.isDecodeByArithmetic, let fraction = point.utilisation.fractionOfBandwidth {
                let place = point.utilisation.cacheLevel.map { " (in L\($0))" } ?? ""
                parts.append("\(Quantity.percent(fraction)) of the measured read bandwidth" + place)
            }
            if series.parameters.latent != nil {
                parts.append("\(Quantity.percent(point.utilisation.fractionOfPeak)) of the measured peak")
            }
        }
        return "\(series.label): " + parts.joined(separator: ", ") + "."
    }

    private static func exponent(_ series: Series) -> String {
        let slope = series.lengthSlope.map {
            "n^\(Quantity.aboutZero($0.exponent)) from \(Quantity.tokens($0.fromLength)) cached tokens on"
        }
        let growth = series.exponent.map { "time per token grows as \(series.workNoun)^\(Quantity.estimate($0))" }
        let found = [growth, slope].compactMap { $0 }
        guard !found.isEmpty else { return "too few lengths to fit a growth law" }
        let verdict =
            series.law == nil && series.verdict == .matches ? "constant, as theory says" : series.verdict.sentence
        return found.joined(separator: ", ") + ", " + verdict
    }

    /// "3 of 3 windowed series stay flat past their window, within n^0.01; decode-window(1024) is 32× as fast …".
    private static func flatness(_ decode: ScalingAnalysis) -> String? {
        let windowed = decode.series.filter { $0.lengthSlope != nil }
        guard !windowed.isEmpty else { return nil }
        let flat = windowed.filter { $0.lengthSlope?.verdict == .matches }
        let others = windowed.filter { $0.lengthSlope?.verdict != .matches }
        let verb = flat.count == 1 ? "stays" : "stay"
        let count =
            "\(flat.count) of \(windowed.count) \(kind(windowed)) \(verb) constant for any number of cached tokens"
        guard !others.isEmpty else { return count + "." }
        let deviating = others.filter { $0.lengthSlope?.verdict == .deviates }
        let undecided = others.count - deviating.count
        let named = deviating.map { series in
            "\(series.label) deviates" + (series.lengthSlope.map { " (n^\(Quantity.aboutZero($0.exponent)))" } ?? "")
        }
        let counted = undecided == 0 ? [] : ["\(undecided) \(undecided == 1 ? "is" : "are") undecided"]
        return count + "; " + AbsentCells.list(named + counted) + "."
    }
}

/// The tables of steps.
extension StepTimes {
    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        switch section {
        case .summary:
            .table("Decode: growth of the time per token, and its cost at the longest context", summary(findings))
        case .decoding: .table("Every decode cell", cells(findings.analysis))
        default: []
        }
    }

    /// One row a decode series: how a token's time grows, and what a token costs at the longest context.
    static func summary(_ findings: Findings) -> Table {
        let decode = findings.analysis.only(.decode)
        let crossovers = findings.only(.decode)[Crossovers.self]
        var notes = Footnotes()
        let rows = decode.series.map { series -> [String] in
            let last = decode.lastPoint(of: series)
            return [
                series.label, series.exponent.map(Quantity.estimate) ?? "",
                series.lengthSlope.map { Quantity.aboutZero($0.exponent) } ?? "",
                series.law == nil && series.lengthSlope == nil ? "not fitted" : series.verdict.rawValue,
                last.map { Quantity.tokens($0.keyLength) } ?? "–",
                last.map { Quantity.time($0.median) } ?? "–",
                series.isDecodeByArithmetic ? "–" : last?.utilisation.fractionOfBandwidth.map(Quantity.percent) ?? "–",
                Crossovers.wins(series, crossovers),
                series.cautions.map { notes.mark($0.description) }.joined(separator: " "),
            ]
        }
        return Table(
            columns: [
                .init("series", .left), .init("on bytes"), .init("on length"), .init("verdict", .left),
                .init("cached"), .init("a token"), .init("bandwidth"),
                .init("wins from (tokens)", .left, .whenWide), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }

    /// One row a decode cell, and where what it reads can lie between two steps.
    static func cells(_ analysis: ScalingAnalysis) -> Table {
        var notes = Footnotes()
        let rows = analysis.only(.decode).series.flatMap { series in
            series.points.map { point -> [String] in
                [
                    series.label, Quantity.tokens(point.keyLength), Quantity.bytes(point.work.bytes),
                    point.utilisation.cacheLevel.map { "L\($0)" } ?? "memory",
                    Quantity.time(point.median), Quantity.timeInterval(point.median),
                    series.isDecodeByArithmetic
                        ? "–" : Quantity.significant(point.bytesPerSecond.value / 1e9, digits: 3),
                    series.isDecodeByArithmetic
                        ? "–" : point.utilisation.fractionOfBandwidth.map(Quantity.percent) ?? "–",
                    Quantity.bytes(point.memory.peakResidentBytes), point.sampleCounts, point.startupTimes,
                    point.deviceTimes,
                    point.cautions.map { notes.mark($0.description) }.joined(separator: " "),
                ]
            }
        }
        return Table(
            columns: [
                .init("series", .left), .init("cached"), .init("reads"), .init("fits", .left), .init("a token"),
                .init("95 % interval", .right, .whenWide), .init("GB/s"), .init("bandwidth"),
                .init("memory", .right, .whenWide), .init("samples", .right, .whenWide),
                .init("start + compile", .right, .whenWide), .init("on the device", .right, .whenWide),
                .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
    }
}
