import Foundation
import Statistics

/// How time grows with the length where theory says that it does not: a decoding step past its window reads as many
/// bytes however long the text is. The exponent on the length, which should be 0.
///
/// ln T = a + s·ln n, each point weighted by its own error and by the scatter about the line, as in `ScalingFit`. The
/// verdict is the same test of equivalence, about 0 instead of 1.
public struct LengthSlope: Sendable, Codable, Hashable {
    /// The lengths over which the work is the same.
    public let fromLength: Int
    public let toLength: Int
    /// d ln(time) / d ln(length), with its 95 % interval.
    public let exponent: Estimate
    /// `matches` where it is flat: the 90 % interval lies within ±0.03.
    public let verdict: TheoryVerdict
    /// Time of one call over these lengths: the fitted line at their middle, with the interval of predicting one cell.
    public let nanoseconds: Estimate

    static let fewestPoints = 3
    /// Works that differ by less are the same: the last block of a quantised cache may be partly filled.
    static let tolerance = 0.01
    private static let mostAlternations = 30
}

extension LengthSlope {
    /// Over the longest lengths that have the same work; nil where these are too few, and in prefill, where all work grows.
    init?(_ points: [Point], errors: [Double], basis: WorkBasis) {
        guard basis == .bytes, let last = points.last.map(basis.work) else { return nil }
        let first = points.lastIndex { abs(basis.work(of: $0) / last - 1) > Self.tolerance }.map { $0 + 1 } ?? 0
        let (points, errors) = (Array(points[first...]), Array(errors[first...]))
        guard points.count >= Self.fewestPoints, let fit = Self.fit(points, errors) else { return nil }
        fromLength = points[0].keyLength
        toLength = points[points.count - 1].keyLength
        exponent = fit.line.estimate(ofParameter: 1)
        // The band about an exponent of 1 is the band about 0, moved.
        verdict = TheoryVerdict(
            interval90: fit.line.estimate(ofParameter: 1, level: 0.90).plusOne, interval95: exponent.plusOne)
        let level = 0.95
        let factor = StudentT(degreesOfFreedom: Double(fit.line.degreesOfFreedom)).factor(level: level)
        let half = factor * (fit.line.variance(gradient: [1, 0]) + fit.extraVariance).squareRoot()
        nanoseconds = Estimate(logHalfWidth: half, around: exp(fit.line.parameters[0]), level: level)
    }

    private static func fit(_ points: [Point], _ errors: [Double]) -> (line: LeastSquares, extraVariance: Double)? {
        let lengths = points.map { log($0.length) }
        let middle = lengths.reduce(0, +) / Double(lengths.count)
        let design = lengths.map { [1, $0 - middle] }
        let times = points.map { log($0.median.value) }
        let variances = errors.map { $0 * $0 }
        var extra = 0.0
        for _ in 0..<mostAlternations {
            let weights = variances.map { 1 / ($0 + extra) }
            guard let line = LeastSquares(design: design, observations: times, weights: weights) else { return nil }
            let update = ExtraVariance.pauleMandel(
                residuals: line.residuals, variances: variances, degreesOfFreedom: line.degreesOfFreedom)
            if abs(update - extra) <= 1e-4 * extra { return (line, extra) }
            extra = update
        }
        return nil
    }
}

extension Estimate {
    fileprivate var plusOne: Estimate { Estimate(value: value + 1, low: low + 1, high: high + 1, level: level) }
}
