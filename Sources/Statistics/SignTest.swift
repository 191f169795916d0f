import Foundation

/// The interval of a median that no assumption about the distribution can spoil. Each value falls below the true median
/// with probability 1/2, so the number below it is binomial, and the interval between the (k+1)-th value from either
/// end covers the median with probability 1 − 2·P(B ≤ k). The largest k that still reaches the level is taken: exact,
/// deterministic, and never narrower than it says (the discrete steps make it a little wider).
extension Durations {
    /// The median with its interval. Where there are too few values for the level, the whole range at the coverage that
    /// it really has, 1 − 2^(1−count): 0 for one value, 0.9375 for five.
    public func medianEstimate(level: Double = 0.95) -> Estimate {
        guard let rank = Self.rank(count: count, level: level) else {
            return Estimate(value: median, low: minimum, high: maximum, level: 1 - pow(2, Double(1 - count)))
        }
        return Estimate(value: median, low: values[rank], high: values[count - 1 - rank], level: level)
    }

    /// The fewest values whose range covers the median at `level`: 6 for 0.95.
    public static func minimumCount(level: Double) -> Int {
        Int(saturating: (1 - log2(1 - level)).rounded(.up))
    }

    /// How many values may be left out at either end; nil where not even the range reaches the level.
    private static func rank(count: Int, level: Double) -> Int? {
        let tail = (1 - level) / 2
        let logHalf = Double(count) * log(0.5)
        var cumulative = 0.0
        var logChoose = 0.0
        for rank in 0...count / 2 {
            cumulative += exp(logChoose + logHalf)
            if cumulative > tail { return rank == 0 ? nil : rank - 1 }
            logChoose += log(Double(count - rank)) - log(Double(rank + 1))
        }
        return nil
    }
}
