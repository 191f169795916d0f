import Engines
import Hardware
import Records
import TestSupport
import Testing

struct SamplerTests {
    private let clock = FakeClock()

    private func sampler(
        resolution: Double = 1, overhead: Double = 20, evidence: @escaping () -> ThreadEvidence = { .quiet }
    ) -> Sampler {
        Sampler(clock: clock, resolutionNanoseconds: resolution, overheadNanoseconds: overhead, evidence: evidence)
    }

    @Test(arguments: [(1.0, 20.0, 1_000_000), (4000, 20, 4_000_000), (1, 500, 5_000_000)])
    func shortestSample(resolution: Double, overhead: Double, nanoseconds: Int) {
        #expect(sampler(resolution: resolution, overhead: overhead).minimumNanoseconds == nanoseconds)
    }

    @Test func timesAllCallsOfASample() {
        var calls = 0
        let sample = sampler().sample(iterations: 7) {
            calls += 1
            clock.advance(nanoseconds: 300)
        }
        #expect(calls == 7)
        #expect(sample.nanoseconds == 2100)
    }

    @Test func evidenceIsReadOutsideTheClock() {
        var readings = 0
        let sample = sampler(evidence: { [clock] in
            readings += 1
            clock.advance(nanoseconds: 1_000_000)
            return ThreadEvidence(
                cpu: readings, cpuTimeNanoseconds: 400 * readings, runDelayNanoseconds: 70_000 * readings,
                stealNanoseconds: 0, involuntarySwitches: readings)
        }).sample(iterations: 1) { clock.advance(nanoseconds: 500) }
        #expect(sample.nanoseconds == 500)
        #expect(
            sample.contamination
                == Contamination(
                    migrated: true, runDelayNanoseconds: 70_000, offCPUNanoseconds: 100, stealNanoseconds: 0,
                    involuntarySwitches: 1))
    }

    /// Where the CPU counts, its counts stand beside the time; where it does not, or counted nothing, nothing does.
    @Test(arguments: [true, false]) func cyclesAndInstructionsStandBesideTheTime(counts: Bool) {
        var readings = 0
        let sample = sampler(evidence: {
            readings += 1
            return ThreadEvidence(
                cpu: 0, cpuTimeNanoseconds: 0, runDelayNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0,
                counts: counts ? ProcessorCounts(cycles: 4500 * readings, instructions: 9000 * readings) : nil)
        }).sample(iterations: 1) { clock.advance(nanoseconds: 1000) }
        #expect(sample.counts == (counts ? ProcessorCounts(cycles: 4500, instructions: 9000) : nil))
        #expect(sampler().sample(iterations: 1) {}.counts == nil)
    }

    private func calibrated(_ call: () -> Void) -> Int {
        let sampler = sampler()
        return Calibration.calls(filling: sampler.minimumNanoseconds) { calls in
            sampler.sample(iterations: calls, call).nanoseconds
        }
    }

    @Test(arguments: [(2_000_000, 1), (400_000, 3), (1000, 1000), (10, 100_000)])
    func callsFillASample(callNanoseconds: Int, atLeast iterations: Int) {
        let found = calibrated { clock.advance(nanoseconds: callNanoseconds) }
        #expect(found >= iterations)
        #expect(found * callNanoseconds >= 1_000_000)
        #expect(found <= iterations * 2)
    }

    @Test func oneStretchedSampleIsNotBelieved() {
        var calls = 0
        let found = calibrated {
            calls += 1
            clock.advance(nanoseconds: calls == 1 ? 5_000_000 : 100_000)
        }
        #expect(found >= 10)
    }

    @Test func aClockThatStandsStillEndsCalibrationOnceItMoves() {
        var calls = 0
        let found = calibrated {
            calls += 1
            if calls.isMultiple(of: 10_000) { clock.advance(nanoseconds: 1_000_000) }
        }
        #expect(found >= 1000)
    }
}
