import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Peak memory against length: measured points on predicted lines.
enum PeakMemory: Finding {
    static let phase = Phase.prefill
    static let drawn: FigureParts.Drawn? = .only(.prefill)

    static func figure(_ findings: Findings) -> Plot? {
        plot(findings.analysis.only(.prefill))
    }

    /// Of series of one phase.
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        guard let lengths = analysis.curveLengths else { return nil }
        let tensors = analysis.hasGradients ? "what a call reads and writes" : "Q, K, V, O"
        let styles = SeriesStyle.styles(for: analysis.series)
        let absent = analysis.absentNearCurves
        let traces = analysis.series.flatMap { series in
            styles[series.label].map { style in
                self.traces(
                    series, series.points(within: lengths), style,
                    skipped: absent.filter { $0.series == series.label })
            } ?? []
        }
        let rows = traces.flatMap(\.rows)
        guard let shortest = rows.map(\.x).min(), let longest = rows.map(\.x).max(), shortest < longest,
            let least = rows.map(\.y).min(), let most = rows.map(\.y).max()
        else { return nil }
        return Plot(
            name: "memory", title: title(analysis, lengths),
            method:
                "One call, \(analysis.conditions). Points: growth of the process's peak resident memory since before "
                + "the cell. Lines: \(tensors) and the kernel's own scratch, computed from the sizes.",
            notes: traces.contains { $0.kind == .skipped } ? [AbsentCells.crosses] : [],
            x: .lengths(from: Int(saturating: shortest / 1.1), to: Int(saturating: longest)),
            y: .bytes(from: least / 1.6, to: most * 1.6), xLabel: analysis.lengthAxisName,
            yLabel: "peak memory", columns: ("tokens", "bytes"), traces: traces, guides: [])
    }

    /// The hungriest and the leanest series at the longest length that both have.
    static func title(_ analysis: ScalingAnalysis, _ lengths: ClosedRange<Int>) -> String {
        let longest = analysis.atLongestCommonLength(within: lengths)
        let there = longest?.points.filter { $0.1.memory.peakResidentBytes > 0 } ?? []
        guard let common = longest?.length,
            let most = there.max(by: { $0.1.memory.peakResidentBytes < $1.1.memory.peakResidentBytes }),
            let least = there.min(by: { $0.1.memory.peakResidentBytes < $1.1.memory.peakResidentBytes })
        else { return "Peak memory by sequence length" }
        let (high, low) = (most.1.memory.peakResidentBytes, least.1.memory.peakResidentBytes)
        if there.count > 1, Double(high) < 1.05 * Double(low) {
            return "At \(Quantity.tokens(common)) tokens all \(there.count) series peak at the same "
                + "\(Quantity.bytes(high)), within 5 %"
        }
        let sentence =
            "At \(Quantity.tokens(common)) tokens \(most.0) peaks at \(Quantity.bytes(high))"
        guard most.0 != least.0 else { return sentence }
        return sentence + ", \(least.0) at \(Quantity.bytes(low))"
    }

    private static func traces(
        _ series: Series, _ points: [Point], _ style: SeriesStyle, skipped: [AbsentCell]
    ) -> [Plot.Trace] {
        let predicted = points.compactMap { point in
            point.memory.predictedBytes.map { Plot.Row(x: Double(point.keyLength), y: Double($0)) }
        }
        let measured = points.map { Plot.Row(x: Double($0.keyLength), y: Double($0.memory.peakResidentBytes)) }
        let missing = skipped.compactMap { cell in
            cell.predictedBytes.map {
                Plot.Row(x: Double(cell.keyLength), y: Double($0), remark: AbsentCells.remark(cell))
            }
        }
        let beyond = missing.isEmpty ? [] : predicted.suffix(1) + missing.map { Plot.Row(x: $0.x, y: $0.y) }
        return [
            Plot.Trace(series: series.label, kind: .theory, style: style, rows: predicted),
            Plot.Trace(series: series.label, kind: .beyond, style: style, rows: beyond),
            Plot.Trace(series: series.label, kind: .skipped, style: style, rows: missing),
            Plot.Trace(series: series.label, kind: .measured, style: style, rows: measured),
        ].map { trace in
            // A logarithmic axis has no place for a page count that rounds to nothing.
            Plot.Trace(
                series: trace.series, kind: trace.kind, style: trace.style, rows: trace.rows.filter { $0.y > 0 })
        }.filter { !$0.rows.isEmpty }
    }
}
