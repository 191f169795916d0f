import Foundation

/// Observations whose own errors are known, and which scatter about the model by more than these: the variance of
/// observation i is variances[i] + τ², and τ² is what this file estimates. Without it a fit would trust the sharpest
/// points far too much.
public enum ExtraVariance {
    /// Paule and Mandel's estimator: the τ² at which Σ residual²/(variance + τ²) equals the degrees of freedom, or 0
    /// where the known errors already explain the residuals. It assumes no distribution, and unlike restricted maximum
    /// likelihood it has one answer that bisection always finds.
    public static func pauleMandel(residuals: [Double], variances: [Double], degreesOfFreedom: Int) -> Double {
        precondition(degreesOfFreedom > 0, "no degrees of freedom are left to estimate a variance from")
        let target = Double(degreesOfFreedom)
        func excess(_ extra: Double) -> Double {
            zip(residuals, variances).reduce(-target) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.0 / ($1.1 + extra)) }
        }
        guard excess(0) > 0 else { return 0 }
        var low = 0.0
        // At this bound every term is at most residual²/bound, so the sum is at most the target.
        var high = residuals.reduce(0) { $0 + $1 * $1 } / target
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if excess(middle) > 0 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The log-likelihood of normal residuals, the extra variance chosen to make it largest: what models are compared
    /// by. The maximum is searched on a logarithmic grid and then by golden section.
    public static func maximumLogLikelihood(residuals: [Double], variances: [Double]) -> Double {
        func logLikelihood(_ extra: Double) -> Double {
            zip(residuals, variances).reduce(0) {
                let variance = $1.1 + extra
                return $0 - (log(2 * .pi * variance) + $1.0 * $1.0 / variance) / 2
            }
        }
        let largest = residuals.reduce(0) { max($0, $1 * $1) } + 1e-24
        // Rounding is the least error that a fit can have; it keeps an exact fit's likelihood finite.
        let floor = 1e-24
        let grid = stride(from: log(floor), through: log(largest), by: 1.0).map { $0 }
        let best = grid.max { logLikelihood(exp($0)) < logLikelihood(exp($1)) } ?? log(floor)
        var (low, high) = (best - 1, best + 1)
        let ratio = (5.0.squareRoot() - 1) / 2
        for _ in 0..<40 {
            let left = high - ratio * (high - low)
            let right = low + ratio * (high - low)
            if logLikelihood(exp(left)) < logLikelihood(exp(right)) { low = left } else { high = right }
        }
        return max(logLikelihood(exp((low + high) / 2)), logLikelihood(floor))
    }
}
