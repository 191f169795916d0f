import Statistics

/// How the variance of the cells of an analysis splits over launches, rounds and samples: where a further repetition
/// would narrow the intervals.
public struct VarianceSplit: Sendable, Hashable {
    /// Medians over the cells, scaled to sum to 1.
    public let launch: Double
    public let round: Double
    /// Nil where no cell had two samples in a round.
    public let sample: Double?
    /// Median over the cells: the standard deviation of ln(time) by all levels, about the relative one.
    public let deviation: Double

    /// Nil where no cell has several launches.
    public init?(_ analysis: ScalingAnalysis) {
        let components = analysis.series.flatMap(\.points).compactMap(\.variance)
        let shares = components.compactMap(\.shares)
        guard !shares.isEmpty else { return nil }
        let samples = shares.compactMap(\.sample)
        let parts = [Self.median(shares.map(\.launch)), Self.median(shares.map(\.round))]
        let sample = samples.isEmpty ? nil : Self.median(samples)
        let sum = parts[0] + parts[1] + (sample ?? 0)
        guard sum > 0 else { return nil }
        launch = parts[0] / sum
        round = parts[1] / sum
        self.sample = sample.map { $0 / sum }
        deviation = Self.median(components.map { $0.total.squareRoot() })
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
