/// The difference of two means whose values have nothing to do with each other, each with its own scatter (Welch, 1947):
/// Student's t with the degrees of freedom of Satterthwaite.
public struct WelchTest: Hashable, Sendable {
    /// Of the first mean less the second.
    public let difference: Double
    let standardError: Double
    private let degreesOfFreedom: Double

    /// Nil where a side has fewer than two values, and so no scatter.
    public init?(_ first: [Double], minus second: [Double]) {
        guard first.count >= 2, second.count >= 2 else { return nil }
        let (a, b) = (MeanTest(first), MeanTest(second))
        let (u, v) = (Self.variance(a), Self.variance(b))
        difference = a.mean - b.mean
        standardError = (u + v).squareRoot()
        let weight = u * u / Double(first.count - 1) + v * v / Double(second.count - 1)
        degreesOfFreedom = weight > 0 ? (u + v) * (u + v) / weight : Double(first.count + second.count - 2)
    }

    /// Of a mean.
    private static func variance(_ test: MeanTest) -> Double {
        test.standardDeviation * test.standardDeviation / Double(test.count)
    }

    private var student: StudentT { StudentT(degreesOfFreedom: degreesOfFreedom) }

    public func interval(level: Double) -> Estimate {
        let half = student.factor(level: level) * standardError
        return Estimate(value: difference, low: difference - half, high: difference + half, level: level)
    }

    /// The probability of a difference at least this high where the truth is `limit` or below.
    public func probability(ofExceeding limit: Double) -> Double { probability(ofDistance: difference - limit) }

    /// The probability of a difference at least this low where the truth is `limit` or above.
    public func probability(ofFallingBelow limit: Double) -> Double { probability(ofDistance: limit - difference) }

    private func probability(ofDistance distance: Double) -> Double {
        guard standardError > 0 else { return distance > 0 ? 0 : 1 }
        return 1 - student.cumulative(distance / standardError)
    }

    /// The smallest true difference that would be found beyond `limit` with this power.
    public func smallestDetectable(beyond limit: Double, significance: Double, power: Double = 0.8) -> Double {
        limit + (student.quantile(1 - significance) + student.quantile(power)) * standardError
    }
}
