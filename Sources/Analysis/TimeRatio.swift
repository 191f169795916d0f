import Attention
import Statistics

/// One cell measured twice: how many times as long it took in one set of results as in another.
///
/// The interval treats the two medians as independent. It covers the noise within each run, not a drift between them:
/// runs at different times, or on different machines, are not a paired comparison, and their ratio describes rather
/// than decides.
public struct TimeRatio: Sendable, Hashable {
    /// Label in the results that are compared.
    public let series: String
    /// Label in the results that it is held against.
    public let baseSeries: String
    public let queryLength: Int
    public let keyLength: Int
    public let base: Estimate
    public let median: Estimate
    public let ratio: Estimate

    /// Every cell that both have, in the order of the second. A series meets the one of the same kernel and parameters,
    /// or else the one of the same label: so results in two element types can be laid over each other.
    public static func all(of analysis: ScalingAnalysis, over base: ScalingAnalysis) -> [TimeRatio] {
        analysis.series.flatMap { series -> [TimeRatio] in
            guard let other = counterpart(of: series, in: base) else { return [] }
            return series.points.compactMap { point in
                other.points.first { $0.keyLength == point.keyLength && $0.queryLength == point.queryLength }.map {
                    TimeRatio(
                        series: series.label, baseSeries: other.label, queryLength: point.queryLength,
                        keyLength: point.keyLength,
                        base: $0.median, median: point.median, ratio: point.median.ratio(to: $0.median))
                }
            }
        }
    }

    public static func counterpart(of series: Series, in base: ScalingAnalysis) -> Series? {
        base.series.first { $0.kernel == series.kernel && $0.parameters == series.parameters }
            ?? base.series.first { $0.kernel == series.kernel && $0.label == series.label }
    }
}
