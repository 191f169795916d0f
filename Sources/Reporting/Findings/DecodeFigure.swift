import Analysis
import Drawing
import Quantities
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
                series.exponent.map { "\(series.label) grows as bytes^\(Quantity.estimate($0))" }
            },
            widest.map { slope -> String in
                let all = flat.count == 2 ? "both" : "all \(flat.count)"
                guard steady < flat.count else {
                    return (flat.count == 1 ? flat[0].label + " stays" : "\(all) windowed series stay") + " flat, "
                        + "n^\(Quantity.aboutZero(slope.exponent))" + (flat.count == 1 ? "" : " at most")
                }
                return "\(steady) of \(flat.count) windowed series \(steady == 1 ? "stays" : "stay") flat"
                    + (undecided == 0 ? "" : ", \(undecided) \(undecided == 1 ? "is" : "are") undecided")
            },
        ].compactMap { $0 }
        return clauses.isEmpty ? "Time per token by context" : clauses.joined(separator: "; ")
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
        let measured = points.map { Plot.Row(x: Double($0.keyLength), y: $0.medianNanoseconds, $0.low...$0.high) }
        return [
            Plot.Trace(series: series.label, kind: .theory, style: style, rows: line),
            Plot.Trace(series: series.label, kind: .measured, style: style, rows: measured),
        ].filter { !$0.rows.isEmpty }
    }

    /// The fitted slope beside the name.
    private static func slope(_ series: Series) -> String? {
        if let flat = series.lengthSlope { return "n^\(Quantity.aboutZero(flat.exponent))" }
        return series.exponent.map { "bytes^\(Quantity.estimate($0))" }
    }
}

extension Estimate {
    /// The farthest that the interval goes from zero.
    fileprivate var magnitude: Double { max(abs(low), abs(high)) }
}
