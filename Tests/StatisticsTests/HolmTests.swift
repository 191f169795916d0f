import Attention
import Statistics
import Testing

@Suite struct HolmTests {
    @Test func stopsAtTheFirstThatFails() {
        let holm = Holm([0.01, 0.04, 0.03, 0.005], level: 0.05)
        #expect(holm.isRejected == [true, false, false, true])
        // 0.04 is held against the whole level, and kept all the same, since 0.03 before it failed.
        for (level, expected) in zip(holm.levels, [0.05 / 3, 0.05, 0.025, 0.0125]) {
            #expect(abs(level - expected) < 1e-15)
        }
    }

    @Test func oneTestIsItself() {
        #expect(Holm([0.049], level: 0.05).isRejected == [true])
        #expect(Holm([0.051], level: 0.05).isRejected == [false])
        #expect(Holm([], level: 0.05).isRejected == [])
    }

    /// Where nothing is true of any of twelve, at most one family in twenty has a false alarm.
    @Test func theFamilyKeepsItsLevel() {
        var generator = SplitMix64(seed: 5)
        let alarms = (0..<4000).count { _ in
            Holm((0..<12).map { _ in Double.random(in: 0..<1, using: &generator) }, level: 0.05).isRejected.contains(
                true)
        }
        // 1 − (1 − 0.05/12)^12 = 4.9 %: 196 expected, standard deviation 14.
        #expect((140...250).contains(alarms))
    }
}
