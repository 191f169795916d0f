import Attention
import Statistics
import Testing

@Suite struct MeanTestTests {
    @Test func isTheOneSampleTTest() {
        // By hand: mean 2.5, standard deviation √(5/3), t = 2.5/(√(5/3)/2) = 3.872983, 3 degrees of freedom.
        let test = MeanTest([1, 2, 3, 4])
        #expect(test.mean == 2.5)
        #expect(abs(test.standardDeviation - (5.0 / 3).squareRoot()) < 1e-12)
        #expect(abs(test.probability(ofExceeding: 0) - 0.0152328) < 1e-6)
        #expect(abs(test.probability(ofFallingBelow: 0) - (1 - 0.0152328)) < 1e-6)
        #expect(test.probability(ofExceeding: 2.5) == 0.5)
        #expect(test.interval(level: 0.95) == Estimate.mean(of: [1, 2, 3, 4]))
    }

    /// Values that do not scatter leave nothing to chance, and say so without dividing by zero.
    @Test func valuesWithoutScatter() {
        let test = MeanTest([0.125, 0.125, 0.125])
        #expect(test.probability(ofExceeding: 0.0625) == 0)
        #expect(test.probability(ofExceeding: 0.125) == 1)
        #expect(test.interval(level: 0.95).low == test.interval(level: 0.95).high)
    }

    /// What is called the smallest detectable is found as often as is said.
    @Test(arguments: [(5, 0.8), (10, 0.8), (10, 0.95), (20, 0.8)])
    func theSmallestDetectableIsFoundAsOftenAsItSays(count: Int, power: Double) {
        let (limit, deviation, significance) = (0.05, 0.01, 0.025)
        let truth = MeanTest.smallestDetectable(
            beyond: limit, of: .init(standardDeviation: deviation, count: count), significance: significance,
            power: power)
        #expect(truth > limit)
        var generator = SplitMix64(seed: 17)
        let runs = 4000
        let found = (0..<runs).count { _ in
            let values = (0..<count).map { _ in truth + deviation * NormalDistribution.draw(using: &generator) }
            return MeanTest(values).probability(ofExceeding: limit) <= significance
        }
        #expect(abs(Double(found) / Double(runs) - power) < 0.03)
    }
}
