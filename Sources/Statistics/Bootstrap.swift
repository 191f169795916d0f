/// The percentile bootstrap: repeat the estimate on data drawn again, and take the middle of what comes out.
public struct Bootstrap: Hashable, Sendable {
    public let replicates: Int
    public let level: Double

    public init(replicates: Int = 2000, level: Double = 0.95) {
        precondition(replicates >= 20, "\(replicates) replicates give no interval; use at least 20")
        self.replicates = replicates
        self.level = level
    }

    /// The interval of `value` from repeated draws of it. The interval is widened to hold `value` where the draws are
    /// biased away from it.
    public func estimate<Generator: RandomNumberGenerator>(
        of value: Double, using generator: inout Generator, draw: (inout Generator) -> Double
    ) -> Estimate {
        let draws = (0..<replicates).map { _ in draw(&generator) }.sorted()
        let tail = (1 - level) / 2
        return Estimate(
            value: value, low: min(value, Durations.quantile(tail, ofSorted: draws)),
            high: max(value, Durations.quantile(1 - tail, ofSorted: draws)), level: level)
    }

    /// The median over groups of each group's median. Draws groups first, then values within each drawn group, so that
    /// what differs between launches counts as well as what differs between the rounds of one.
    public func medianOfMedians(
        _ groups: [Durations], using generator: inout some RandomNumberGenerator
    ) -> Estimate {
        precondition(!groups.isEmpty, "a median of no groups")
        let value = groups.map(\.median).median
        return estimate(of: value, using: &generator) { generator in
            groups.indices.map { _ in
                let group = groups[Int.random(in: groups.indices, using: &generator)].values
                return group.indices.map { _ in group[Int.random(in: group.indices, using: &generator)] }.median
            }.median
        }
    }
}
