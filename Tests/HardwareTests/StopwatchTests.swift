import Hardware
import TestSupport
import Testing

@Suite struct StopwatchTests {
    @Test func countsFromItsStartOnItsClock() {
        let clock = FakeClock(nanoseconds: 5_000)
        let watch = Stopwatch(clock)
        #expect(watch.nanoseconds == 0)
        clock.advance(seconds: 1.5)
        let later = Stopwatch(clock)
        clock.advance(nanoseconds: 250)
        #expect(watch.nanoseconds == 1_500_000_250 && later.nanoseconds == 250)
        #expect(watch.seconds == 1.50000025)
    }
}
