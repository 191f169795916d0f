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
    /// The others against the first: `rivals` differ only in the kernel and stand in their engines' order, in which the
    /// kernel that others are variants of comes first.
    static func ratios(among rivals: [MeasuredSeries]) -> [OverheadRatio] {
        rivals.dropFirst().compactMap { OverheadRatio($0, against: rivals[0]) }
    }

    init?(_ series: MeasuredSeries, against base: MeasuredSeries) {
        let lengths = Set(base.points.map(\.keyLength))
        guard let own = series.points.last(where: { lengths.contains($0.keyLength) }),
            let other = base.points.first(where: { $0.keyLength == own.keyLength }), let overhead = own.overhead
        else { return nil }
        self.series = series.label
        against = base.label
        length = own.keyLength
        measuredTimeRatio = own.median.ratio(to: other.median)
        computedPairsRatio = overhead
    }
}
