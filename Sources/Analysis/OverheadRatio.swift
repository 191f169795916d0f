import Foundation
import Statistics

/// What another way to compute the same mask costs, in time and in computed pairs, at the largest length that both
/// kernels were measured at: where the two ratios agree, the extra pairs explain the extra time.
public struct OverheadRatio: Sendable, Codable, Hashable {
    public let series: String
    public let against: String
    /// Keys.
    public let length: Int
    public let measuredTimeRatio: Estimate
    /// Exact: computed pairs over computed pairs.
    public let computedPairsRatio: Double

    /// The others against the first: `rivals` differ only in the kernel and stand in the registry's order, in which the
    /// kernel that others are variants of comes first.
    static func ratios(among rivals: [MeasuredSeries]) -> [OverheadRatio] {
        rivals.dropFirst().compactMap { OverheadRatio($0, against: rivals[0]) }
    }

    private init?(_ series: MeasuredSeries, against base: MeasuredSeries) {
        let common = Set(series.points.map(\.keyLength)).intersection(base.points.map(\.keyLength))
        guard let length = common.max(),
            let own = series.points.firstIndex(where: { $0.keyLength == length }),
            let other = base.points.firstIndex(where: { $0.keyLength == length })
        else { return nil }
        let ratio = series.points[own].medianNanoseconds / base.points[other].medianNanoseconds
        let error = (pow(series.errors[own], 2) + pow(base.errors[other], 2)).squareRoot()
        let half = NormalDistribution.quantile(0.975) * error
        self.series = series.label
        against = base.label
        self.length = length
        measuredTimeRatio = Estimate(logHalfWidth: half, around: ratio, level: 0.95)
        computedPairsRatio = Double(series.points[own].computedPairs) / Double(base.points[other].computedPairs)
    }
}
