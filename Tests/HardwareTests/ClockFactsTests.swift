import Synchronization
import Testing

@testable import Hardware

/// A clock whose readings cost `cost` and that shows multiples of `step`.
private final class CountingClock: NanosecondClock {
    private let time = Atomic<Int>(0)
    private let cost: Int
    private let step: Int

    init(cost: Int, step: Int) {
        self.cost = cost
        self.step = step
    }

    var nanoseconds: Int { time.wrappingAdd(cost, ordering: .relaxed).newValue / step * step }
}

@Suite struct ClockFactsTests {
    @Test(arguments: [(cost: 20, step: 20), (cost: 20, step: 1000), (cost: 1, step: 4_000)])
    func findsTheStepAndTheCostOfAReading(cost: Int, step: Int) {
        let facts = ClockFacts.measure(CountingClock(cost: cost, step: step))
        #expect(facts.resolutionNanoseconds == Double(step))
        // The readings of one round see whole steps only.
        #expect(abs(facts.overheadNanoseconds - Double(cost)) <= Double(step) / 1_000)
    }

    @Test func findsThatTheSystemClockGoesOn() {
        let facts = ClockFacts.measure(SystemClock())
        #expect(facts.resolutionNanoseconds >= 1)
        #expect(facts.overheadNanoseconds > 0)
    }
}
