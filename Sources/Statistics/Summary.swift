/// What one sample says.
public struct Summary: Codable, Hashable, Sendable {
    public let count: Int
    public let median: Estimate
    /// The best observed. It falls as the count grows and has no interval, so it is a cross-check, not an estimate.
    public let minimum: Double
    public let percentile95: Double
    public let outliers: OutlierCounts
    public let cautions: [Caution]

    public init(_ sample: Durations, level: Double = 0.95) {
        count = sample.count
        median = sample.medianEstimate(level: level)
        minimum = sample.minimum
        percentile95 = sample.quantile(0.95)
        outliers = sample.outliers
        let needed = Durations.minimumCount(level: level)
        cautions = count >= needed ? [] : [.fewSamples(count, needed: needed)]
    }
}

extension Caution {
    /// The interval is the range of the values, which covers the median less often than intervals should.
    public static func fewSamples(_ count: Int, needed: Int) -> Caution {
        Caution("few samples: the interval is the range of \(count), and \(needed) are needed for a 95 % interval")
    }
}
