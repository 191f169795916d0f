import Attention
import Foundation
import Statistics
import Testing

@Suite struct FitTests {
    /// Anscombe's first quartet (1973) and its published regression.
    @Test func linearFitOfAnscombe() throws {
        let x: [Double] = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
        let fit = try #require(
            LeastSquares(design: x.map { [1, $0] }, observations: y, weights: x.map { _ in 1 }))
        #expect(abs(fit.parameters[0] - 3.0000909) < 1e-6 && abs(fit.parameters[1] - 0.5000909) < 1e-6)
        #expect(abs(fit.weightedSumOfSquares - 13.76269) < 1e-5)
        #expect(abs(fit.variance(gradient: [0, 1]).squareRoot() - 0.1179055) < 1e-6)
        #expect(fit.degreesOfFreedom == 9)
    }

    /// Misra1a of NIST's reference data sets for nonlinear regression, from its first, distant start.
    @Test func nonlinearFitOfMisra1a() throws {
        let x = [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760]
        let y = [
            10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78,
        ]
        let fit = try #require(
            LeastSquares(observations: y, weights: x.map { _ in 1 }, start: [500, 0.0001]) { i, p in
                let decay = exp(-p[1] * x[i])
                return (p[0] * (1 - decay), [1 - decay, p[0] * x[i] * decay])
            })
        #expect(abs(fit.parameters[0] / 2.3894212918e2 - 1) < 1e-8)
        #expect(abs(fit.parameters[1] / 5.5015643181e-4 - 1) < 1e-8)
        #expect(abs(fit.variance(gradient: [1, 0]).squareRoot() / 2.7070075241 - 1) < 1e-6)
        #expect(abs(fit.variance(gradient: [0, 1]).squareRoot() / 7.2668688436e-6 - 1) < 1e-6)
        #expect(abs(fit.weightedSumOfSquares / 1.2455138894e-1 - 1) < 1e-8)
    }

    @Test func fitsRefuseWhatTheyCannotDetermine() {
        let ones = [1.0, 1, 1]
        #expect(LeastSquares(design: [[1, 2], [1, 2], [1, 2]], observations: ones, weights: ones) == nil)
        #expect(LeastSquares(design: [[1, 2], [1, 3]], observations: [1, 2], weights: [1, 1]) == nil)
        #expect(LeastSquares(observations: ones, weights: ones, start: [1]) { _, _ in (.nan, [1]) } == nil)
    }

    @Test func slopeIntervalCoversAtItsLevel() throws {
        var generator = SplitMix64(seed: 5)
        let errors = [0.1, 0.2, 0.4, 0.1, 0.3, 0.2, 0.5]
        let covered = try (0..<1000).count { _ in
            let y = errors.enumerated().map { 2 + 3 * Double($0) + $1 * NormalDistribution.draw(using: &generator) }
            let fit = LeastSquares(
                design: errors.indices.map { [1, Double($0)] }, observations: y,
                // Right up to a common factor.
                weights: errors.map { 7 / ($0 * $0) })
            return try #require(fit).estimate(ofParameter: 1).contains(3)
        }
        #expect(abs(Double(covered) / 1000 - 0.95) < 4 * (0.95 * 0.05 / 1000).squareRoot())
    }

    @Test func theilSenIgnoresWildPoints() throws {
        let x = (0..<20).map(Double.init)
        var y = x.map { 1 + 0.5 * $0 }
        y[3] = 1000
        y[17] = -1000
        let line = try #require(TheilSen(x: x, y: y))
        #expect(abs(line.slope.value - 0.5) < 1e-12 && abs(line.intercept - 1) < 1e-12)
        #expect(TheilSen(x: [1, 2], y: [1, 2]) == nil)
        #expect(TheilSen(x: [1, 1, 1], y: [1, 2, 3]) == nil)
    }

    @Test func theilSenIntervalCovers() throws {
        var generator = SplitMix64(seed: 8)
        let x = (0..<12).map(Double.init)
        let covered = try (0..<1000).count { _ in
            let y = x.map { 0.3 * $0 + NormalDistribution.draw(using: &generator) }
            return try #require(TheilSen(x: x, y: y)).slope.contains(0.3)
        }
        // Kendall's statistic is discrete, so the interval is a little wider than it says.
        #expect(covered > 930 && covered < 985)
    }
}
