import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// What another way to compute the same mask costs: its time against a kernel that computes little more than the mask
/// allows, beside the exact ratio of the pairs that it computes to those that the mask allows, at the largest length that
/// both kernels were measured at. Where the two agree, the extra pairs explain the extra time.
public struct OverheadRatio: Sendable, Codable, Hashable {
    public let series: String
    public let against: String
    /// Keys.
    public let length: Int
    public let measuredTimeRatio: Estimate
    /// Exact: pairs that the series computes over pairs that its mask allows.
    public let computedPairsRatio: Double
}

extension OverheadRatio {
    /// - Parameter rivals: series that differ only in the kernel.
    fileprivate static func ratios(among rivals: [MeasuredSeries]) -> [OverheadRatio] {
        guard let original = rivals.original else { return [] }
        return rivals.filter { $0.key != original.key }.compactMap { OverheadRatio($0, against: original) }
    }

    private init?(_ series: MeasuredSeries, against base: MeasuredSeries) {
        let lengths = Set(base.points.map(\.keyLength))
        guard let own = series.points.last(where: { lengths.contains($0.keyLength) }),
            let other = base.points.first(where: { $0.keyLength == own.keyLength }), let overhead = own.work.overhead
        else { return nil }
        self.series = series.label
        against = base.label
        length = own.keyLength
        measuredTimeRatio = own.median.ratio(to: other.median)
        computedPairsRatio = overhead
    }
}

/// Computed over useful pairs against n/w: what a kernel wastes, as it was counted.
enum WastedPairs: Finding {
    static let phase = Phase.prefill
    static let key: String? = "overheadRatios"

    static func find(in analysis: ScalingAnalysis) -> [OverheadRatio] {
        // Kernels of a loss all go through the same pairs, and differ in how often: `LossTimes` holds their times against each other.
        Dictionary(grouping: analysis.measured.filter { $0.parameters.phase != .loss }) { $0.parameters }
            .sorted { $0.key < $1.key }
            .flatMap { OverheadRatio.ratios(among: $0.value) }
    }

    static func label(of ratio: OverheadRatio) -> String? { ratio.series }

    static func figure(_ findings: Findings) -> Plot? {
        let analysis = findings.analysis.only(.prefill)
        guard let lengths = analysis.curveLengths else { return nil }
        let windowed = analysis.series.filter { points($0, lengths).count > 1 }
        let styles = SeriesStyle.styles(for: analysis.series)
        let traces = windowed.flatMap { series in
            styles[series.label].map { self.traces(series, points(series, lengths), $0) } ?? []
        }
        let rows = traces.flatMap(\.rows)
        guard let least = rows.map(\.x).min(), let most = rows.map(\.x).max(), let top = rows.map(\.y).max()
        else { return nil }
        return Plot(
            name: "pairs", title: title(windowed, lengths),
            method: "Pairs that the kernel computes over pairs that the mask allows, counted while the kernel ran. "
                + "Lines join the points. At 1 no pair is wasted; w is the window, and texts shorter than w do not fill it.",
            notes: [],
            x: .powersOfTwo(from: least / 1.1, to: most, atMost: 10) {
                $0 < 1 ? "1/\(Int(saturating: (1 / $0).rounded()))" : "\(Int(saturating: $0))"
            },
            y: top > 6
                ? .powersOfTwo(from: 0.85, to: top * 1.2, atMost: 8) { "\(Int(saturating: $0))" }
                : .linear(from: 0.9, to: max(2, top) * 1.08),
            xLabel: "length over window, n / w", yLabel: "computed / useful pairs",
            columns: ("lengthOverWindow", "computedOverUseful"), traces: traces, guides: [])
    }

    /// From the window on: shorter texts do not fill it.
    private static func points(_ series: Series, _ lengths: ClosedRange<Int>) -> [Point] {
        series.window.map { window in
            series.points(within: lengths).filter { $0.keyLength >= window && $0.work.overhead != nil }
        } ?? []
    }

    /// Named by what it wastes at its longest.
    static func title(_ series: [Series], _ lengths: ClosedRange<Int>) -> String {
        let last = series.compactMap { series in
            points(series, lengths).last.map { (series.label, $0.work.overhead!) }
        }
        guard let most = last.max(by: { $0.1 < $1.1 }), let least = last.min(by: { $0.1 < $1.1 }) else {
            return "Computed over useful pairs"
        }
        let sentence = "\(most.0) computes \(Quantity.ratio(most.1)) the pairs that its mask allows"
        return most.0 == least.0 ? sentence : sentence + ", \(least.0) only \(Quantity.ratio(least.1))"
    }

    private static func traces(
        _ series: Series, _ points: [Point], _ style: SeriesStyle
    ) -> [Plot.Trace] {
        guard let window = series.window else { return [] }
        let counted = points.map { Plot.Row(x: Double($0.keyLength) / Double(window), y: $0.work.overhead!) }
        return Plot.Trace.joined(series: series.label, style: style, rows: counted)
    }

    static func sentences(_ findings: Findings) -> [String] {
        let prefill = findings.only(.prefill)
        let label = prefill.analysis.windowedLead?.label
        // What is compared with the lead, or else the comparison at the largest length.
        let ratio = prefill[WastedPairs.self].max {
            ($0.against == label ? 1 : 0, $0.length) < ($1.against == label ? 1 : 0, $1.length)
        }
        return ratio.map { [sentence($0)] } ?? []
    }

    /// "chunked-overlap(1024) does 2.00× the pairs of its mask and takes 2.04× [2.02, 2.06] the time of
    /// sliding-window(1024) at 16K tokens."
    static func sentence(_ ratio: OverheadRatio) -> String {
        "\(ratio.series) computes \(Quantity.ratio(ratio.computedPairsRatio)) the pairs of its mask "
            + "and takes \(Quantity.interval(ratio.measuredTimeRatio, unit: "×")) the time of \(ratio.against) "
            + "at \(Quantity.tokens(ratio.length)) tokens."
    }
}
