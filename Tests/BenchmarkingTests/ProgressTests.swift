import TestSupport
import Testing

@testable import Benchmarking

struct ProgressTests {
    private func event(
        _ phase: ProgressEvent.Phase = .measuring, cell: String = "sliding-window(1024) 16K", done: Int = 412,
        total: Int = 1650, secondsLeft: Double? = 41, samples: Int = 400, leftOut: Int = 12
    ) -> ProgressEvent {
        ProgressEvent(
            phase: phase, cell: cell, done: done, total: total, secondsLeft: secondsLeft,
            samples: .init(count: samples, leftOut: leftOut, spread: 0.0123))
    }

    @Test func lines() {
        #expect(event().line() == "measuring  412/1650  0:41 left  kept 97 %, spread 1.2 %  sliding-window(1024) 1…")
        #expect(event(.probing, cell: "", done: 0, total: 79, secondsLeft: nil, samples: 0).line() == "probing    0/79")
        #expect(
            event(.preparing, done: 7, total: 79, secondsLeft: 125.2, samples: 0).line()
                == "preparing  7/79  2:06 left  sliding-window(1024) 16K")
        #expect(
            event(secondsLeft: 3723).line(columns: 60)
                == "measuring  412/1650  1:02:03 left  kept 97 %, spread 1.2 % …")
        #expect(
            event(secondsLeft: .infinity).line()
                == "measuring  412/1650  kept 97 %, spread 1.2 %  sliding-window(1024) 16K")
        #expect(event(cell: String(repeating: "x", count: 200)).line().count == 80)
    }

    @Test func severalLaunchesAreCounted() {
        let later = event().of(.init(number: 2, of: 5), laterSeconds: 60)
        #expect(later.line() == "launch 2/5  measuring  412/1650  1:41 left  kept 97 %, spread 1.2 %  sliding-wi…")
        let machine = ProgressEvent(phase: .machine, cell: "its peak", done: 0, total: 0, secondsLeft: 2)
        #expect(machine.line() == "machine    0:02 left  its peak")
    }

    /// A log sees each launch begin.
    @Test func aNewLaunchIsANewLine() {
        var written: [String] = []
        let progress = TextProgress(.lines, clock: FakeClock()) { written.append($0.text) }
        for number in [1, 1, 2] { progress.report(event().of(.init(number: number, of: 2), laterSeconds: 0)) }
        #expect(written.map { $0.prefix(10) } == ["launch 1/2", "launch 2/2"])
    }

    @Test func aTerminalLineRedrawsItself() {
        let clock = FakeClock()
        var written: [String] = []
        let progress = TextProgress(.terminal(columns: 80), clock: clock) { written.append($0.text) }
        progress.report(event(done: 1))
        clock.advance(seconds: 0.01)
        progress.report(event(done: 2))
        clock.advance(seconds: 0.1)
        progress.report(event(done: 3))
        progress.end()
        #expect(
            written == [
                "\r\u{1B}[K" + event(done: 1).line(), "\r\u{1B}[K" + event(done: 3).line(), "\r\u{1B}[K",
            ])
    }

    @Test func aLogGetsALineNowAndThen() {
        let clock = FakeClock()
        var written: [String] = []
        let progress = TextProgress(.lines, clock: clock) { written.append($0.text) }
        progress.report(event(.preparing))
        for done in 1...25 {
            progress.report(event(done: done))
            clock.advance(seconds: 1)
        }
        progress.end()
        #expect(
            written == [
                event(.preparing).line() + "\n", event(done: 1).line() + "\n", event(done: 11).line() + "\n",
                event(done: 21).line() + "\n",
            ])
    }
}
