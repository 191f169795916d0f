import Foundation
import Statistics

/// The two laws of one series: one whose exponent is measured, one that holds it at 1 as theory says.
struct ScalingLaws {
    /// What their work counts.
    let basis: WorkBasis
    let free: ScalingFit
    let proportional: ScalingFit

    /// Nil where there are too few points, or their works hardly differ.
    init?(_ observations: [ScalingFit.Observation], over basis: WorkBasis) {
        guard let free = ScalingFit(observations, freeExponent: true),
            let proportional = ScalingFit(observations, freeExponent: false)
        else { return nil }
        self.basis = basis
        self.free = free
        self.proportional = proportional
    }

    /// The law that AICc prefers; with too few points for AICc, the simpler one.
    var preferred: ScalingFit { free.criterion < proportional.criterion ? free : proportional }

    /// Nanoseconds of one more pair, or of one more byte; nil where the laws are over something else.
    func cost(per basis: WorkBasis) -> Estimate? { basis == self.basis ? proportional.coefficient() : nil }

    var exponent: Estimate { free.exponent(level: 0.95)! }

    /// Undecided with too few points to tell an overhead from growth, however narrow the interval.
    var verdict: TheoryVerdict {
        guard free.residuals.count >= ScalingFit.fewestWithOverhead else { return .undecided }
        return TheoryVerdict(interval90: free.exponent(level: 0.90)!, interval95: exponent)
    }

    /// ln(nanoseconds) at some work, with the standard error of predicting one cell: the parameters' uncertainty,
    /// the scatter about the law, and what the two laws disagree by, weighted by how probable AICc finds each. The
    /// exponent is held at 1 only where it was shown to be equivalent to 1; otherwise the free law speaks alone.
    func prediction(work: Double) -> Prediction {
        let fits = verdict == .matches ? [proportional, free] : [free]
        let criteria = fits.map(\.criterion)
        let weights =
            criteria.contains { $0.isFinite }
            ? InformationCriterion.akaikeWeights(criteria) : fits.map { _ in 1 / Double(fits.count) }
        let predictions = fits.map { $0.logTime(work: work) }
        let mean = zip(weights, predictions).reduce(0) { $0 + $1.0 * $1.1.value }
        var variance = 0.0
        var degreesOfFreedom = 0.0
        for (weight, (fit, one)) in zip(weights, zip(fits, predictions)) {
            let apart = one.value - mean
            variance += weight * (one.variance + fit.extraVariance + apart * apart)
            degreesOfFreedom += weight * Double(fit.degreesOfFreedom)
        }
        return Prediction(
            logNanoseconds: mean, standardError: variance.squareRoot(), degreesOfFreedom: degreesOfFreedom)
    }

    struct Prediction {
        let logNanoseconds: Double
        let standardError: Double
        let degreesOfFreedom: Double

        func nanoseconds(level: Double = 0.95) -> Estimate {
            let half = StudentT(degreesOfFreedom: degreesOfFreedom).factor(level: level) * standardError
            return Estimate(logHalfWidth: half, around: exp(min(logNanoseconds, 500)), level: level)
        }
    }
}

/// time = overhead + coefficient · work^exponent, over the exact pair count of the series' mask, or in decode over the
/// bytes that must move: `SeriesParameters.work(length:)`.
public struct GrowthLaw: Sendable, Codable, Hashable {
    public let overheadNanoseconds: Double
    public let coefficient: Double
    public let exponent: Double

    public init(overheadNanoseconds: Double, coefficient: Double, exponent: Double) {
        self.overheadNanoseconds = overheadNanoseconds
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// - Parameter work: over all batches and heads.
    public func nanoseconds(work: Double) -> Double {
        overheadNanoseconds + coefficient * pow(work, exponent)
    }
}

/// ln(time ratio) over ln(length ratio) between neighbours, measured and as the exact counts of pairs, or in decode of bytes, say. For a window the
/// theory runs from 2 down to 1 as the length passes the window, so it is not held against either end.
public struct LocalExponent: Sendable, Codable, Hashable {
    public let fromLength: Int
    public let toLength: Int
    public let measured: Estimate
    public let theory: Double
}

extension LocalExponent {
    init(from: Point, to: Point, basis: WorkBasis) {
        let doubling = log(to.length / from.length)
        let ratio = to.median.ratio(to: from.median)
        fromLength = from.keyLength
        toLength = to.keyLength
        measured = Estimate(
            value: log(ratio.value) / doubling, low: log(ratio.low) / doubling, high: log(ratio.high) / doubling,
            level: ratio.level)
        theory = log(basis.work(of: to) / basis.work(of: from)) / doubling
    }
}

/// Whether a series grows as theory says: a test of equivalence, not of significance. A test of significance would
/// call every precise measurement a deviation and every noisy one a success.
public enum TheoryVerdict: String, Sendable, Codable {
    /// The 90 % interval lies in the band: of an exponent, [0.97, 1.03].
    case matches
    /// The 95 % interval lies outside of the band.
    case deviates
    case undecided

    public static let equivalenceBand = 0.97...1.03

    init(interval90: Estimate, interval95: Estimate, band: ClosedRange<Double> = equivalenceBand) {
        if band.contains(interval90.low), band.contains(interval90.high) {
            self = .matches
        } else if interval95.high < band.lowerBound || interval95.low > band.upperBound {
            self = .deviates
        } else {
            self = .undecided
        }
    }

    /// Of a measured value over the predicted one. A value whose interval has less than 95 % decides nothing.
    init(ratio: Estimate, band: ClosedRange<Double>) {
        guard ratio.level >= 0.95 else {
            self = .undecided
            return
        }
        let narrower = NormalDistribution.quantile(0.95) / NormalDistribution.quantile(0.975)
        let interval90 = Estimate(
            value: ratio.value, low: ratio.value * pow(ratio.low / ratio.value, narrower),
            high: ratio.value * pow(ratio.high / ratio.value, narrower), level: 0.9)
        self.init(interval90: interval90, interval95: ratio, band: band)
    }
}
