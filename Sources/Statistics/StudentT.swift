import Foundation

/// Student's t distribution: what a mean of few normal values does when its spread is estimated from them too.
public struct StudentT: Hashable, Sendable {
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    public func cumulative(_ t: Double) -> Double {
        t < 0 ? upperTail(-t) : 1 - upperTail(t)
    }

    /// The t below which a fraction `probability` lies: bisection on the tail, which cannot fail, to the last bits.
    public func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "probability \(probability) lies outside (0, 1)")
        if probability == 0.5 { return 0 }
        if probability < 0.5 { return -quantile(upperTailOf: probability) }
        return quantile(upperTailOf: 1 - probability)
    }

    /// The factor on a standard error that makes a two-sided interval of this coverage.
    public func factor(level: Double) -> Double { quantile(upperTailOf: (1 - level) / 2) }

    private func quantile(upperTailOf tail: Double) -> Double {
        var low = 0.0
        var high = 2.0
        while upperTail(high) > tail { (low, high) = (high, 2 * high) }
        while true {
            let middle = (low + high) / 2
            if middle <= low || middle >= high { return middle }
            if upperTail(middle) > tail { low = middle } else { high = middle }
        }
    }

    private func upperTail(_ t: Double) -> Double {
        // x is taken so that it keeps its digits both for small and for large t.
        let square = t * t
        let half = degreesOfFreedom / 2
        return square < degreesOfFreedom
            ? (1 - incompleteBeta(square / (degreesOfFreedom + square), a: 0.5, b: half)) / 2
            : incompleteBeta(degreesOfFreedom / (degreesOfFreedom + square), a: half, b: 0.5) / 2
    }
}

extension Estimate {
    /// The mean of normal values with its t interval.
    /// - Parameter values: at least two.
    public static func mean(of values: [Double], level: Double = 0.95) -> Estimate {
        precondition(values.count >= 2, "an interval of a mean needs two values, not \(values.count)")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let half = StudentT(degreesOfFreedom: count - 1).factor(level: level) * (variance / count).squareRoot()
        return Estimate(value: mean, low: mean - half, high: mean + half, level: level)
    }
}
