/// Values beyond Tukey's fences: mild beyond 1.5 interquartile ranges from the quartiles, severe beyond 3. They are
/// counted and shown, never dropped: a value is left out for what the system did to it, not for what it is.
public struct OutlierCounts: Codable, Hashable, Sendable {
    public let mild: Int
    public let severe: Int

    public init(mild: Int, severe: Int) {
        self.mild = mild
        self.severe = severe
    }

    public static func + (a: OutlierCounts, b: OutlierCounts) -> OutlierCounts {
        OutlierCounts(mild: a.mild + b.mild, severe: a.severe + b.severe)
    }
}

extension Durations {
    public var outliers: OutlierCounts {
        let (lower, upper) = (quantile(0.25), quantile(0.75))
        let range = upper - lower
        func countBeyond(_ factor: Double) -> Int {
            values.count { $0 < lower - factor * range || $0 > upper + factor * range }
        }
        let severe = countBeyond(3)
        return OutlierCounts(mild: countBeyond(1.5) - severe, severe: severe)
    }
}
