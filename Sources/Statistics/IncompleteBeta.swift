import Foundation

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
