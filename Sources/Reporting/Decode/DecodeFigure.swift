import Analysis
import Statistics

/// Time of one generated token against what is cached: the full cache grows, windows stay flat.
enum DecodeFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        let decode = analysis.only(.decode)
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
                + "c · bytes^β + a, fitted over the bytes that a step must read; flat where these do not grow.",
            notes: AbsentCells.sentences(decode.absent),
            x: .lengths(from: Int(Double(lengths.lowerBound) / 1.1), to: lengths.upperBound),
            y: .times(fromNanoseconds: least / 1.5, to: most * 1.5), xLabel: decode.lengthAxisName,
            yLabel: "time per token", columns: ("tokens", "nanoseconds"), traces: traces, guides: [])
    }

    /// How the full cache grows, and whether windows stay flat.
    static func title(_ decode: ScalingAnalysis) -> String {
        let full = decode.series.first { $0.isQuadratic && $0.exponent != nil }
        let flat = decode.series.filter { $0.lengthSlope != nil }
        let steady = flat.filter { $0.lengthSlope?.verdict == .matches }
        let widest = flat.compactMap(\.lengthSlope).max { $0.exponent.magnitude < $1.exponent.magnitude }
        let clauses = [
            full.flatMap { series in
                series.exponent.map { "\(series.label) grows as bytes^\(Quantity.estimate($0))" }
            },
            widest.map { slope in
                steady.count == flat.count
                    ? "\(flat.count == 1 ? flat[0].label + " stays" : "all \(flat.count) windowed series stay") flat, "
                        + "n^\(Quantity.aboutZero(slope.exponent))" + (flat.count == 1 ? "" : " at most")
                    : "\(steady.count) of \(flat.count) windowed series stay flat"
            },
        ].compactMap { $0 }
        return clauses.isEmpty ? "Time per token by context" : clauses.joined(separator: "; ")
    }

    private static func traces(
        _ series: Series, _ style: SeriesStyle, within lengths: ClosedRange<Int>
    ) -> [Plot.Trace] {
        let points = series.points(within: lengths)
        guard let first = points.first, let last = points.last else { return [] }
        let name = series.label + slope(series)
        let range = min(series.lawFromLength ?? first.keyLength, last.keyLength)...last.keyLength
        var line = Sampling.lengths(range).compactMap { length in
            series.fittedNanoseconds(at: length).map { Plot.Row(Double(length), $0) }
        }
        if line.isEmpty, let flat = series.lengthSlope {
            line = [flat.fromLength, flat.toLength].map { Plot.Row(Double($0), flat.nanoseconds.value) }
        }
        let measured = points.map { Plot.Row(Double($0.keyLength), $0.medianNanoseconds, $0.low...$0.high) }
        return [
            Plot.Trace(series: name, kind: .theory, style: style, rows: line),
            Plot.Trace(series: name, kind: .measured, style: style, rows: measured),
        ].filter { !$0.rows.isEmpty }
    }

    /// The fitted slope beside the name.
    private static func slope(_ series: Series) -> String {
        if let flat = series.lengthSlope { return ": n^\(Quantity.aboutZero(flat.exponent))" }
        return series.exponent.map { ": bytes^\(Quantity.estimate($0))" } ?? ""
    }
}

extension Estimate {
    /// The farthest that the interval goes from zero.
    fileprivate var magnitude: Double { max(abs(low), abs(high)) }
}
