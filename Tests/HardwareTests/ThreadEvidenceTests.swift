import Foundation
import Records
import Testing

@testable import Hardware

private let stat = """
    cpu  6341 0 2456 150541 489 0 26 8 0 0
    cpu0 3143 0 1174 75552 43 0 3 3 0 0
    cpu1 3197 1 1282 74989 446 0 22 5 0 0
    cpu10 1 2 3 4 5 6 7 800 9 10
    intr 146988 0 0 0
    ctxt 269215
    """

private func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}

@Suite struct ThreadEvidenceTests {
    @Test(arguments: [(0, 3), (1, 5), (10, 800), (2, nil), (100, nil)])
    func findsTheStolenTicksOfACPU(cpu: Int, ticks: Int?) {
        #expect(withBytes(stat) { ProcessorTimes.stolenTicks(inStat: $0, cpu: cpu) } == ticks)
    }

    @Test func addsUpTheTicksOfACPUWithoutItsGuests() {
        #expect(withBytes(stat) { ProcessorTimes.totalTicks(inStat: $0, cpu: 1) } == 79_942)
        #expect(withBytes(stat) { ProcessorTimes.totalTicks(inStat: $0, cpu: 10) } == 828)
    }

    @Test(arguments: ["", "cpu", "cpu0", "cpu0 1 2 3", "nonsense\ncpu0 a b c d e f g h"])
    func findsNoStolenTicksInOtherText(text: String) {
        #expect(withBytes(text) { ProcessorTimes.stolenTicks(inStat: $0, cpu: 0) } == nil)
    }

    @Test(arguments: [
        ("20000 34642 1\n", 34642), ("0 0 0\n", 0), ("12 7", 7), ("12", nil), ("", nil), ("12 x 1", nil),
        ("1 99999999999999999999 1", nil),
    ])
    func readsTheRunDelay(text: String, nanoseconds: Int?) {
        #expect(withBytes(text) { RunDelay.nanoseconds(inSchedstat: $0) } == nanoseconds)
    }

    @Test func countsTheThreadsOwnTime() {
        let reader = ThreadEvidenceReader()
        let before = reader.read()
        // Thread time only moves while the thread works: wait for it, not for the wall clock.
        var after = reader.read()
        while after.cpuTimeNanoseconds < before.cpuTimeNanoseconds + 1_000_000 {
            for _ in 0..<1_000 { _ = SystemClock().nanoseconds }
            after = reader.read()
        }
        #expect(after.runDelayNanoseconds >= before.runDelayNanoseconds)
        #expect(after.stealNanoseconds >= before.stealNanoseconds || after.cpu != before.cpu)
        #expect(after.involuntarySwitches >= before.involuntarySwitches)
        #expect((try? Topology())?.logicalCPUs.contains(after.cpu) == true)
    }

    /// A thousand readings take milliseconds; the evidence must not count them as the sample's.
    @Test func leavesItsOwnTimeOut() {
        let reader = ThreadEvidenceReader()
        func threadTime() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
        let (start, before) = (threadTime(), reader.read())
        for _ in 0..<1_000 { _ = reader.read() }
        let (after, end) = (reader.read(), threadTime())
        #expect(after.cpuTimeNanoseconds - before.cpuTimeNanoseconds < (end - start) / 2)
    }

    @Test func watchesEveryWorker() throws {
        let team = WorkerTeam(threads: 3)
        #expect(Set(team.taskFolders).count == 3)
        for folder in team.taskFolders { #expect(SystemFiles().text("proc/\(folder)/schedstat") != nil) }
        #expect(ThreadEvidenceReader(teams: [team]).read().cpuTimeNanoseconds > 0)
    }

    /// A narrower team has threads of its own beside the caller: its delays are seen only where they are watched.
    @Test func watchesEveryWorkerOfEveryTeamOnce() {
        let teams = [WorkerTeam(threads: 3), WorkerTeam(threads: 2)]
        let watched = ThreadEvidenceReader(teams: teams).watchedFolders
        #expect(watched.count == 4)
        for team in teams { #expect(Set(watched).isSuperset(of: team.taskFolders)) }
    }

    @Test func makesContaminationOfTwoReadings() {
        func evidence(cpu: Int, _ factor: Int) -> ThreadEvidence {
            ThreadEvidence(
                cpu: cpu, cpuTimeNanoseconds: 100 * factor, runDelayNanoseconds: 10 * factor,
                stealNanoseconds: 5 * factor, involuntarySwitches: factor)
        }
        let contamination = evidence(cpu: 2, 3).contamination(since: evidence(cpu: 1, 1), wallNanoseconds: 250)
        #expect(
            contamination
                == Contamination(
                    migrated: true, runDelayNanoseconds: 20, offCPUNanoseconds: 50, stealNanoseconds: 10,
                    involuntarySwitches: 2))
        // Counters of another CPU may be smaller.
        #expect(evidence(cpu: 1, 1).contamination(since: evidence(cpu: 1, 3), wallNanoseconds: 0).stealNanoseconds == 0)
    }
}

@Suite struct ContaminationTests {
    private func isContaminated(
        migrated: Bool = false, runDelay: Int = 0, offCPU: Int = 0, steal: Int = 0, switches: Int = 0, wall: Int
    ) -> Bool {
        Contamination(
            migrated: migrated, runDelayNanoseconds: runDelay, offCPUNanoseconds: offCPU, stealNanoseconds: steal,
            involuntarySwitches: switches
        ).isContaminated(wallNanoseconds: wall)
    }

    @Test func followsTheRuleAtItsEdges() {
        #expect(isContaminated(migrated: true, wall: 1_000_000))
        #expect(!isContaminated(runDelay: 50_000, wall: 1_000_000))
        #expect(isContaminated(runDelay: 50_001, wall: 1_000_000))
        #expect(!isContaminated(runDelay: 500_000, wall: 100_000_000))
        #expect(isContaminated(runDelay: 500_001, wall: 100_000_000))
        #expect(!isContaminated(offCPU: 10_000, wall: 1_000_000))
        #expect(isContaminated(offCPU: 10_001, wall: 1_000_000))
        #expect(!isContaminated(steal: 1, wall: 9_999_999))
        #expect(isContaminated(steal: 1, wall: 10_000_000))
        #expect(!isContaminated(switches: 9, wall: 1_000_000))
    }
}
