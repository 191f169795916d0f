import Records
import Testing

@testable import Analysis

@Suite struct EngineCautionTests {
    private func record(
        nanoseconds: Int, wallNanoseconds: Int? = nil, waitNanoseconds: Int = 0, idleCPUs: [String: [Double]] = [:]
    ) -> Records.Measurement.Record {
        let contamination = Contamination(
            migrated: false, runDelayNanoseconds: waitNanoseconds, offCPUNanoseconds: 0, stealNanoseconds: 0,
            involuntarySwitches: 0)
        return Records.Measurement.Record(
            samplesNanoseconds: Array(repeating: nanoseconds, count: 3), rounds: [1, 2, 3], iterationsPerSample: 1,
            contamination: Array(repeating: contamination, count: 3), peakResidentBytes: 0, maximumError: 0,
            wallNanoseconds: wallNanoseconds.map { Array(repeating: $0, count: 3) }, idleCPUs: idleCPUs)
    }

    @Test func aClockThatDiffersByTwoPercentIsTold() {
        let told = record(nanoseconds: 40_000_000, wallNanoseconds: 42_000_000).engineCautions
        #expect(
            told.map(\.description) == [
                "its engine states that its calls took 40.0 ms, but 42.0 ms passed on the clock of attnbench"
            ])
        #expect(record(nanoseconds: 40_000_000, wallNanoseconds: 41_000_000).engineCautions.isEmpty)
        #expect(record(nanoseconds: 40_000_000).engineCautions.isEmpty, "our own clock")
        let waited = record(nanoseconds: 40_000_000, wallNanoseconds: 42_000_000, waitNanoseconds: 1_500_000)
        #expect(waited.engineCautions.isEmpty, "the answer lay in the pipe")
    }

    @Test func enginesThatSpinAreToldOfByName() {
        let told = record(
            nanoseconds: 40_000_000, idleCPUs: ["b": [0, 0.9, 0.8], "a": [0.05, 0, 0.9], "c": [1, 1, 1]]
        )
        .engineCautions.map(\.description)
        #expect(told.count == 2)
        #expect(
            told[0].contains("the engine b kept 0.8 CPUs busy") && told[1].contains("the engine c kept 1.0 CPUs busy"))
    }
}
