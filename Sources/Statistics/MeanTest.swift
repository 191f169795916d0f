import Foundation

/// The mean of normal values that come one from each launch, and the tests of it against a tolerance.
public struct MeanTest: Hashable, Sendable {
    public let count: Int
    public let mean: Double
    public let standardDeviation: Double

    /// - Parameter values: at least two.
    public init(_ values: [Double]) {
        precondition(values.count >= 2, "a test of a mean needs two values, not \(values.count)")
        count = values.count
        let mean = values.reduce(0, +) / Double(count)
        self.mean = mean
        standardDeviation =
            (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
    }

    private var student: StudentT { StudentT(degreesOfFreedom: Double(count - 1)) }
    private var standardError: Double { standardDeviation / Double(count).squareRoot() }

    public func interval(level: Double) -> Estimate {
        let half = student.factor(level: level) * standardError
        return Estimate(value: mean, low: mean - half, high: mean + half, level: level)
    }

    /// The probability of a mean at least this high where the truth is `limit` or below.
    public func probability(ofExceeding limit: Double) -> Double {
        probability(ofDistance: mean - limit)
    }

    /// The probability of a mean at least this low where the truth is `limit` or above.
    public func probability(ofFallingBelow limit: Double) -> Double {
        probability(ofDistance: limit - mean)
    }

    private func probability(ofDistance distance: Double) -> Double {
        guard standardError > 0 else { return distance > 0 ? 0 : 1 }
        return 1 - student.cumulative(distance / standardError)
    }

    /// How values scatter that a test is to be made of.
    public struct Scatter: Hashable, Sendable {
        public let standardDeviation: Double
        public let count: Int

        public init(standardDeviation: Double, count: Int) {
            self.standardDeviation = standardDeviation
            self.count = count
        }
    }

    /// The smallest true mean that a one-sided test at `significance` would find beyond `limit` with this power. The t
    /// quantiles stand in for the noncentral distribution, which changes the result by some per cent of its distance from
    /// the limit.
    public static func smallestDetectable(
        beyond limit: Double, of values: Scatter, significance: Double, power: Double = 0.8
    ) -> Double {
        let student = StudentT(degreesOfFreedom: Double(values.count - 1))
        let factor = student.quantile(1 - significance) + student.quantile(power)
        return limit + factor * values.standardDeviation / Double(values.count).squareRoot()
    }
}
