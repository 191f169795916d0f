import Attention
import Statistics
import Testing

@Suite struct BinomialProportionTests {
    /// R: binom.test(k, n)$conf.int.
    @Test(arguments: [
        (0, 10, 0.0, 0.3084971), (5, 10, 0.1870860, 0.8129140), (10, 10, 0.6915029, 1.0),
        (1, 100, 0.0002531460, 0.05445939), (0, 100, 0.0, 0.03621669), (99, 100, 0.9455406, 0.9997469),
    ])
    func agreesWithTheExactTest(successes: Int, trials: Int, low: Double, high: Double) {
        let estimate = BinomialProportion(successes: successes, trials: trials).estimate()
        #expect(estimate.value == Double(successes) / Double(trials))
        #expect(abs(estimate.low - low) < 1e-6)
        #expect(abs(estimate.high - high) < 1e-6)
    }

    /// At least as often as it says.
    @Test func coversTheTruth() {
        var generator = SplitMix64(seed: 3)
        let covered = (0..<2000).count { _ in
            let successes = (0..<40).count { _ in Double.random(in: 0..<1, using: &generator) < 0.9 }
            return BinomialProportion(successes: successes, trials: 40).estimate().contains(0.9)
        }
        #expect(covered >= 1890)
    }
}
