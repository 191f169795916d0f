import Faults
import Foundation

/// Durations of one thing, measured repeatedly: positive, finite, ascending, never empty.
public struct Durations: Hashable, Sendable {
    /// Ascending.
    public let values: [Double]

    public init(_ values: some Sequence<Double>) throws(DurationsError) {
        let values = values.sorted()
        guard !values.isEmpty else { throw .empty }
        if let bad = values.first(where: { !$0.isFinite || $0 <= 0 }) { throw .notADuration(bad) }
        self.values = values
    }

    public var count: Int { values.count }
    public var minimum: Double { values[0] }
    public var maximum: Double { values[count - 1] }
    public var median: Double { quantile(0.5) }

    /// The quantile by linear interpolation between order statistics (Hyndman and Fan's type 7, as in NumPy and R).
    public func quantile(_ probability: Double) -> Double { Self.quantile(probability, ofSorted: values) }

    /// The type 7 quantile of any ascending numbers, not only durations.
    public static func quantile(_ probability: Double, ofSorted values: [Double]) -> Double {
        precondition((0...1).contains(probability), "probability \(probability) lies outside [0, 1]")
        let place = probability * Double(values.count - 1)
        let below = Int(saturating: place)
        guard below + 1 < values.count else { return values[values.count - 1] }
        return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
    }
}

extension Sequence<Double> {
    /// The median of any numbers, in any order; at least one.
    public var median: Double { Durations.quantile(0.5, ofSorted: sorted()) }
}

public enum DurationsError: Fault, Equatable {
    case empty
    case notADuration(Double)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .empty: "a sample needs at least one duration"
        case .notADuration(let value): "\(value) is not a duration; every value must be positive and finite"
        }
    }
}

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
