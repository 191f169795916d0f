import Foundation
import Statistics

/// The two laws of one series: one whose exponent is measured, one that holds it at 1 as theory says.
struct ScalingLaws {
    let free: ScalingFit
    let proportional: ScalingFit

    /// Nil where there are too few points, or their pair counts hardly differ.
    init?(_ observations: [ScalingFit.Observation]) {
        guard let free = ScalingFit(observations, freeExponent: true),
            let proportional = ScalingFit(observations, freeExponent: false)
        else { return nil }
        self.free = free
        self.proportional = proportional
    }

    /// The law that AICc prefers; with too few points for AICc, the simpler one.
    var preferred: ScalingFit { free.criterion < proportional.criterion ? free : proportional }

    var exponent: Estimate { free.exponent(level: 0.95)! }

    /// Undecided with too few points to tell an overhead from growth, however narrow the interval.
    var verdict: TheoryVerdict {
        guard free.residuals.count >= ScalingFit.fewestWithOverhead else { return .undecided }
        return TheoryVerdict(interval90: free.exponent(level: 0.90)!, interval95: exponent)
    }

    /// ln(nanoseconds) at a count of pairs, with the standard error of predicting one cell: the parameters' uncertainty,
    /// the scatter about the law, and what the two laws disagree by, weighted by how probable AICc finds each. The
    /// exponent is held at 1 only where it was shown to be equivalent to 1; otherwise the free law speaks alone.
    func prediction(pairs: Double) -> Prediction {
        let fits = verdict == .matches ? [proportional, free] : [free]
        let criteria = fits.map(\.criterion)
        let weights =
            criteria.contains { $0.isFinite }
            ? InformationCriterion.akaikeWeights(criteria) : fits.map { _ in 1 / Double(fits.count) }
        let predictions = fits.map { $0.logTime(pairs: pairs) }
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
