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

/// Holm's procedure (Scandinavian Journal of Statistics, 1979): tests several hypotheses so that the probability of even
/// one false alarm stays within `level`, whatever the tests have to do with each other. The smallest p is held against
/// level/m, the next against level/(m − 1), and so on until one fails; that one and all after it are kept. Uniformly
/// more powerful than Bonferroni, at no cost.
public struct Holm: Hashable, Sendable {
    /// For each hypothesis, in the order given, what its p was held against.
    public let levels: [Double]
    /// Whether it is rejected.
    public let isRejected: [Bool]

    public init(_ probabilities: [Double], level: Double) {
        var levels = [Double](repeating: level, count: probabilities.count)
        var isRejected = [Bool](repeating: false, count: probabilities.count)
        var goesOn = true
        let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        for (rank, index) in order.enumerated() {
            levels[index] = level / Double(probabilities.count - rank)
            goesOn = goesOn && probabilities[index] <= levels[index]
            isRejected[index] = goesOn
        }
        self.levels = levels
        self.isRejected = isRejected
    }
}

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
