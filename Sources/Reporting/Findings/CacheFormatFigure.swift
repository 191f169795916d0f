import Analysis
import Drawing
import Foundation
import Quantities

/// Time of a step against the bytes of its cache, both relative to the widest format: on the line, time falls with the
/// bytes; above it, something else bounds the step.
enum CacheFormatFigure {
    static func plot(_ analysis: ScalingAnalysis) -> Plot? {
        guard let cost = analysis.cacheFormats.first, cost.rows.count > 2, let widest = cost.rows.first else {
            return nil
        }
        let traces = cost.rows.enumerated().map { index, row in
            Plot.Trace(
                series: name(row), kind: .measured, style: PlanFigures.style(index),
                rows: [Plot.Row(x: row.bytesRatio, y: row.timeRatio.value, row.timeRatio.low...row.timeRatio.high)])
        }
        let highest = Plot.most(of: traces.flatMap(\.rows), [1])
        return Plot(
            name: "formats", title: title(cost),
            method: "One step of \(cost.kernel) at \(Quantity.tokens(cost.length)) cached tokens, "
                + "\(analysis.only(.decode).conditions). Both axes over \(widest.format.rawValue); scales counted. Ratios "
                + "of medians with 95 % intervals.",
            notes: [], x: .linear(to: 1.08), y: .linear(to: highest * 1.08),
            xLabel: "bytes of the cache over those of \(widest.format.rawValue)",
            yLabel: "time over that of \(widest.format.rawValue)",
            columns: ("bytesRatio", "timeRatio"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "   time ∝ bytes", rows: [1, 0, 0.72].map { Plot.Row(x: $0, y: $0) }, isNamed: .afterEnd)
            ])
    }

    private static func name(_ row: CacheFormatCost.Row) -> String {
        "\(row.format.rawValue): \(Quantity.bits(row.bitsPerElement)) bits"
    }

    private static func title(_ cost: CacheFormatCost) -> String {
        guard let fastest = cost.rows.min(by: { $0.timeRatio.value < $1.timeRatio.value }), let widest = cost.rows.first
        else { return "Time per token by cache format" }
        return "\(fastest.format.rawValue) takes \(Quantity.interval(fastest.timeRatio, unit: "×")) the time of "
            + "\(widest.format.rawValue) with \(Quantity.ratio(fastest.bytesRatio)) its bytes, at "
            + "\(Quantity.tokens(cost.length)) cached tokens"
    }
}
