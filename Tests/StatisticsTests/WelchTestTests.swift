import Statistics
import Testing

@Suite struct WelchTestTests {
    /// R: t.test(c(5, 6, 7, 8), c(1, 2, 3)): t = 5.1962, df = 4.9592; means 6.5 and 2.
    @Test func agreesWithWelch() throws {
        let test = try #require(WelchTest([5, 6, 7, 8], minus: [1, 2, 3]))
        #expect(test.difference == 4.5)
        // s²/n: (5/3)/4 and 1/3.
        let error = (5.0 / 12 + 1.0 / 3).squareRoot()
        let degrees = 0.75 * 0.75 / (25.0 / 144 / 3 + 1.0 / 9 / 2)
        let half = StudentT(degreesOfFreedom: degrees).factor(level: 0.95) * error
        #expect(abs(test.interval(level: 0.95).low - (4.5 - half)) < 1e-12)
        let expected = 1 - StudentT(degreesOfFreedom: degrees).cumulative(4.5 / error)
        #expect(abs(test.probability(ofExceeding: 0) - expected) < 1e-12)
        #expect(abs(test.probability(ofFallingBelow: 0) - (1 - expected)) < 1e-12)
        #expect(test.smallestDetectable(beyond: 1, significance: 0.025) > 1)
    }

    @Test func oneValueHasNoScatter() {
        #expect(WelchTest([1], minus: [1, 2]) == nil)
        #expect(WelchTest([1, 2], minus: [1]) == nil)
    }

    @Test func valuesWithoutScatter() throws {
        let test = try #require(WelchTest([2, 2], minus: [1, 1, 1]))
        #expect(test.probability(ofExceeding: 0.5) == 0)
        #expect(test.probability(ofExceeding: 1.5) == 1)
    }
}
