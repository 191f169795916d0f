/// The median of the slopes between all pairs of points: a line that up to 29 % of wild points cannot move (Sen, 1968).
public struct TheilSen: Hashable, Sendable {
    /// With Sen's interval, which comes from the distribution of Kendall's rank correlation.
    public let slope: Estimate
    public let intercept: Double

    /// Nil with fewer than three points or with no two different x. Cost: count² slopes.
    public init?(x: [Double], y: [Double], level: Double = 0.95) {
        precondition(x.count == y.count, "\(x.count) x for \(y.count) y")
        guard x.count >= 3 else { return nil }
        var slopes: [Double] = []
        for i in x.indices {
            for j in x.indices where x[i] < x[j] { slopes.append((y[j] - y[i]) / (x[j] - x[i])) }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        let count = Double(x.count)
        let spread = (count * (count - 1) * (2 * count + 5) / 18).squareRoot()
        let reach = NormalDistribution.quantile((1 + level) / 2) * spread
        let last = slopes.count - 1
        let below = Int(saturating: (Double(slopes.count) - reach) / 2)
        let low = slopes[max(0, min(last, below - 1))]
        let high = slopes[min(last, max(0, slopes.count - below))]
        let median = Durations.quantile(0.5, ofSorted: slopes)
        slope = Estimate(value: median, low: min(low, median), high: max(high, median), level: level)
        intercept = zip(x, y).map { $1 - median * $0 }.median
    }
}
