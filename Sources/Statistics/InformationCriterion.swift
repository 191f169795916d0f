import Foundation

/// Akaike's criterion with the correction for few observations (Burnham and Anderson, 2002): lower is better, and
/// differences below 2 decide nothing.
public enum InformationCriterion {
    /// - Parameters:
    ///   - parameters: every fitted number, variances included.
    /// - Returns: infinity where there are too few observations to compare a model of so many parameters.
    public static func corrected(logLikelihood: Double, parameters: Int, observations: Int) -> Double {
        guard observations > parameters + 1 else { return .infinity }
        let k = Double(parameters)
        return -2 * logLikelihood + 2 * k + 2 * k * (k + 1) / Double(observations - parameters - 1)
    }

    /// How probable each model is among these, as weights that sum to 1.
    /// - Parameter criteria: at least one finite.
    public static func akaikeWeights(_ criteria: [Double]) -> [Double] {
        guard let best = criteria.min(), best.isFinite else {
            preconditionFailure("Akaike weights need a model with a finite criterion")
        }
        let likelihoods = criteria.map { exp((best - $0) / 2) }
        let sum = likelihoods.reduce(0, +)
        return likelihoods.map { $0 / sum }
    }
}
