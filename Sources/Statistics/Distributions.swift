import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    public static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// The x below which a fraction `probability` lies, to about 1e-15: Abramowitz and Stegun's rational start (26.2.23,
    /// good to 4.5e-4) and two steps of Halley's method on the tail probability.
    public static func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "probability \(probability) lies outside (0, 1)")
        if probability > 0.5 { return -quantile(1 - probability) }
        let t = (-2 * log(probability)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var x = numerator / denominator - t
        for _ in 0..<2 {
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            let step = (cumulative(x) - probability) / density
            x -= step / (1 + x * step / 2)
        }
        return x
    }

    /// One draw, by Marsaglia's polar method. The second of its pair is thrown away, which keeps a stream free of
    /// hidden state.
    public static func draw(using generator: inout some RandomNumberGenerator) -> Double {
        while true {
            let u = Double.random(in: -1..<1, using: &generator)
            let v = Double.random(in: -1..<1, using: &generator)
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * log(s) / s).squareRoot() }
        }
    }
}

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

/// The regularised incomplete beta function I_x(a, b), from which Student's t and other distributions follow.
///
/// The continued fraction (Abramowitz and Stegun 26.5.8) is summed by Lentz's method; it converges fast for
/// x < (a+1)/(a+b+2), and the symmetry I_x(a, b) = 1 − I_{1−x}(b, a) brings every x there.
public func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
    precondition((0...1).contains(x) && a > 0 && b > 0, "the incomplete beta function of \(x), \(a), \(b)")
    if x == 0 || x == 1 { return x }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    return x < (a + 1) / (a + b + 2)
        ? front * continuedFraction(x, a: a, b: b) / a
        : 1 - front * continuedFraction(1 - x, a: b, b: a) / b
}

private func continuedFraction(_ x: Double, a: Double, b: Double) -> Double {
    func awayFromZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var c = 1.0
    var d = 1 / awayFromZero(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
        let m = Double(step)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        var change = 1.0
        for coefficient in [even, odd] {
            d = 1 / awayFromZero(1 + coefficient * d)
            c = awayFromZero(1 + coefficient / c)
            change = c * d
            result *= change
        }
        if abs(change - 1) < 1e-16 { break }
    }
    return result
}
