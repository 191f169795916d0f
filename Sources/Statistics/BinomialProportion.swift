/// A share of trials with the interval of Clopper and Pearson (Biometrika, 1934): it inverts the exact binomial test, so
/// that it covers the truth at least as often as it says, down to no success in few trials.
public struct BinomialProportion: Codable, Hashable, Sendable {
    public let successes: Int
    public let trials: Int

    public init(successes: Int, trials: Int) {
        precondition(0 <= successes && successes <= trials, "\(successes) successes in \(trials) trials")
        precondition(trials > 0, "a share needs at least one trial")
        self.successes = successes
        self.trials = trials
    }

    public func estimate(level: Double = 0.95) -> Estimate {
        let (k, n) = (Double(successes), Double(trials))
        let tail = (1 - level) / 2
        // P(at least k of n | p) is the incomplete beta function of p with k and n − k + 1.
        let low = successes == 0 ? 0 : Self.root { incompleteBeta($0, a: k, b: n - k + 1) - tail }
        let high = successes == trials ? 1 : Self.root { incompleteBeta($0, a: k + 1, b: n - k) - (1 - tail) }
        return Estimate(value: k / n, low: min(low, k / n), high: max(high, k / n), level: level)
    }

    /// Where an ascending function of 0...1 crosses zero, to the last bits.
    private static func root(_ function: (Double) -> Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while true {
            let middle = (low + high) / 2
            if middle <= low || middle >= high { return middle }
            if function(middle) < 0 { low = middle } else { high = middle }
        }
    }
}
