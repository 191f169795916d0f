import Attention
import Foundation
import Statistics
import Testing

@Suite struct DistributionTests {
    @Test(arguments: [
        (1.0, 0.975, 12.706204736174698), (2, 0.975, 4.302652729749464), (3, 0.975, 3.182446305283710),
        (5, 0.975, 2.570581835636314), (10, 0.975, 2.228138851986274), (30, 0.975, 2.042272456301238),
        (100, 0.975, 1.983971518523552), (10, 0.995, 3.169272672616951), (4, 0.95, 2.131846786326649),
    ])
    func studentQuantiles(degreesOfFreedom: Double, probability: Double, expected: Double) {
        let distribution = StudentT(degreesOfFreedom: degreesOfFreedom)
        #expect(abs(distribution.quantile(probability) - expected) < 1e-8)
        #expect(abs(distribution.quantile(1 - probability) + expected) < 1e-8)
        #expect(abs(distribution.cumulative(expected) - probability) < 1e-12)
    }

    /// One and two degrees of freedom have closed forms, far into the tails.
    @Test(arguments: [0.6, 0.9, 0.999, 0.999999])
    func studentClosedForms(probability: Double) {
        let cauchy = tan(.pi * (probability - 0.5))
        #expect(abs(StudentT(degreesOfFreedom: 1).quantile(probability) / cauchy - 1) < 1e-9)
        let a = 4 * probability * (1 - probability)
        let two = 2 * (probability - 0.5) * (2 / a).squareRoot()
        #expect(abs(StudentT(degreesOfFreedom: 2).quantile(probability) / two - 1) < 1e-9)
    }

    @Test func manyDegreesOfFreedomAreNormal() {
        #expect(abs(StudentT(degreesOfFreedom: 1e7).quantile(0.975) - NormalDistribution.quantile(0.975)) < 1e-6)
        #expect(StudentT(degreesOfFreedom: 7).quantile(0.5) == 0)
        #expect(abs(StudentT(degreesOfFreedom: 7).factor(level: 0.95) - 2.364624251592784) < 1e-8)
    }

    @Test(arguments: [(0.975, 1.959963984540054), (0.995, 2.5758293035489004), (0.5, 0), (0.9, 1.2815515655446004)])
    func normalQuantiles(probability: Double, expected: Double) {
        #expect(abs(NormalDistribution.quantile(probability) - expected) < 1e-13)
    }

    @Test(arguments: [1e-300, 1e-12, 0.001, 0.3, 0.7])
    func normalQuantileInvertsTheTail(probability: Double) {
        let there = NormalDistribution.cumulative(NormalDistribution.quantile(probability))
        #expect(abs(there / probability - 1) < 1e-10)
    }

    @Test func normalDrawsHaveTheirMoments() {
        var generator = SplitMix64(seed: 3)
        let draws = (0..<20_000).map { _ in NormalDistribution.draw(using: &generator) }
        let mean = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + $1 * $1 } / 20_000
        #expect(abs(mean) < 4 / 20_000.0.squareRoot())
        #expect(abs(variance - 1) < 4 * (2 / 20_000.0).squareRoot())
    }

    @Test(arguments: [0.0, 0.05, 0.3, 0.5, 0.77, 0.999, 1])
    func incompleteBetaPolynomials(x: Double) {
        #expect(abs(incompleteBeta(x, a: 1, b: 4) - (1 - pow(1 - x, 4))) < 1e-14)
        #expect(abs(incompleteBeta(x, a: 2, b: 3) - (6 * x * x - 8 * x * x * x + 3 * x * x * x * x)) < 1e-14)
        #expect(abs(incompleteBeta(x, a: 2.5, b: 7) + incompleteBeta(1 - x, a: 7, b: 2.5) - 1) < 1e-14)
    }

    @Test func meanIntervalIsStudents() {
        let estimate = Estimate.mean(of: [1, 2, 3])
        #expect(abs(estimate.value - 2) < 1e-15)
        #expect(abs(estimate.high - 2 - 4.302652729749464 / 3.0.squareRoot()) < 1e-8)
    }
}
