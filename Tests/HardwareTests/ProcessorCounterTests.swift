import CProcessor
import Foundation
import Records
import TestSupport
import Testing

@testable import Hardware

@Suite struct ProcessorCounterTests {
    /// Counts a thousand cycles and two thousand instructions at each reading of it, which is what readings cost.
    private final class Fake: ProcessorCounter {
        var counts = ProcessorCounts(cycles: 1_000_000, instructions: 5_000_000)
        var isLost = false

        func read() -> ProcessorCounts? {
            counts = counts + ProcessorCounts(cycles: 1000, instructions: 2000)
            return isLost ? nil : counts
        }
    }

    /// The reading of files between two readings of the counter is none of the sample's.
    @Test func whatReadingCostsIsNotCounted() throws {
        let counter = Fake()
        let reader = ThreadEvidenceReader(counter: counter)
        let before = reader.read()
        counter.counts = counter.counts + ProcessorCounts(cycles: 70_000, instructions: 90_000)
        let after = reader.read()
        // The one call of the counter between the two readings is a part of what lies between.
        #expect(after.counts(since: before) == ProcessorCounts(cycles: 71_000, instructions: 92_000))
    }

    @Test func aCounterThatIsLostTellsNothing() {
        let counter = Fake()
        let reader = ThreadEvidenceReader(counter: counter)
        let before = reader.read()
        counter.isLost = true
        #expect(reader.read().counts == nil && reader.read().counts(since: before) == nil)
        #expect(ThreadEvidenceReader(counter: nil).read().counts == nil)
    }

    /// Virtual machines and containers often have none, and then nothing else changes.
    @Test func thisMachineHasCountersOrNothingSaysSo() throws {
        guard let counter = KernelCounter() else {
            let error = -performance_counters_open()
            #expect([ENOENT, EACCES, EPERM, ENOSYS, EOPNOTSUPP, ENODEV, EINVAL].contains(error))
            let reader = ThreadEvidenceReader()
            let before = reader.read()
            #expect(reader.read().counts(since: before) == nil)
            #expect(Ceilings.measure(on: WorkerTeam(), within: 0).peakFLOPsPerCycle == nil)
            return
        }
        // Others may have the counters at this moment.
        guard let before = counter.read() else { return }
        FrozenLoop.run(turns: 10_000)
        let between = try #require(counter.read()) - before
        #expect(between.cycles > 0 && between.instructions > 10_000)
    }

    @Test func thePeakIsCountedInCycles() throws {
        let operations = Double(peak_float32_flops()) * 10_000
        let ceilings = Ceilings.measure(on: WorkerTeam(), within: 0, counter: Fake())
        #expect(try #require(ceilings.peakFLOPsPerCycle) == operations / 1000)
    }
}
