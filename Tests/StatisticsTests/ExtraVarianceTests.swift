import Attention
import Foundation
import Statistics
import Testing

@Suite struct ExtraVarianceTests {
    @Test func recoversAPlantedVariance() {
        var generator = SplitMix64(seed: 2)
        let variances = (0..<4000).map { Double($0 % 4 + 1) * 1e-4 }
        let residuals = variances.map { ($0 + 4e-4).squareRoot() * NormalDistribution.draw(using: &generator) }
        let extra = ExtraVariance.pauleMandel(residuals: residuals, variances: variances, degreesOfFreedom: 4000)
        #expect(abs(extra / 4e-4 - 1) < 0.15)
    }

    @Test func isZeroWhereTheErrorsExplainEverything() {
        #expect(ExtraVariance.pauleMandel(residuals: [1, -1, 0.5], variances: [2, 2, 2], degreesOfFreedom: 2) == 0)
        // Equal variances leave one unknown: Σr²/dof less the known part.
        let extra = ExtraVariance.pauleMandel(residuals: [3, -3], variances: [1, 1], degreesOfFreedom: 1)
        #expect(abs(extra - 17) < 1e-9)
    }

    @Test func likelihoodIsThatOfTheBestVariance() {
        // With no known errors the best variance is the mean square, 5/2, and the likelihood has a closed form.
        let value = ExtraVariance.maximumLogLikelihood(residuals: [1, 2], variances: [0, 0])
        #expect(abs(value - -(log(2 * .pi * 2.5) + 1)) < 1e-9)
    }

    @Test func criterionAndWeights() {
        // −2·(−3) + 2·2 + 2·2·3/(10−3)
        let criterion = InformationCriterion.corrected(logLikelihood: -3, parameters: 2, observations: 10)
        #expect(abs(criterion - (10 + 12.0 / 7)) < 1e-12)
        #expect(InformationCriterion.corrected(logLikelihood: 0, parameters: 3, observations: 4) == .infinity)
        let weights = InformationCriterion.akaikeWeights([10, 12, .infinity])
        #expect(abs(weights[0] - 1 / (1 + exp(-1.0))) < 1e-12 && weights[2] == 0)
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    }
}
