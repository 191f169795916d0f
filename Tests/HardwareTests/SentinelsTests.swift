import Records
import TestSupport
import Testing

@testable import Hardware

@Suite(.serialized) struct SentinelsTests {
    @Test(arguments: [1, 2]) func readEveryCPUOfTheTeam(threads: Int) {
        let sentinels = Sentinels(WorkerTeam(threads: threads))
        let tile = sentinels.reading()
        #expect(tile.tileNanoseconds.count == threads && tile.readNanoseconds == nil)
        let both = sentinels.reading(ofMemory: true)
        #expect(both.tileNanoseconds.count == threads && both.readNanoseconds?.count == threads)
        #expect((both.tileNanoseconds + both.readNanoseconds!).allSatisfy { $0 > 0 })
    }

    /// Two readings of a clock that only they move: the work is timed, and nothing around it.
    @Test func readTheClockTwice() {
        let clock = FakeClock(stepPerReading: 1000)
        let sentinels = Sentinels(WorkerTeam(), clock: clock)
        #expect(sentinels.reading() == SentinelReading(tileNanoseconds: [1000]))
        #expect(sentinels.reading(ofMemory: true) == SentinelReading(tileNanoseconds: [1000], readNanoseconds: [1000]))
    }

    /// The same work on every machine: some 8 million FLOPs for each CPU.
    @Test func doTheSameWorkEverywhere() {
        let one = Sentinels(WorkerTeam()).flops
        #expect((6e6...9e6).contains(one))
        #expect(Sentinels(WorkerTeam(threads: 2)).flops == 2 * one)
    }
}
