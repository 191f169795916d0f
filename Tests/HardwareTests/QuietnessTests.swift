import Records
import TestSupport
import Testing

@testable import Hardware

@Suite struct QuietnessTests {
    private static let quiet = [
        "proc/loadavg": "0.10 0.20 0.30 1/100 1234",
        "proc/pressure/cpu": "some avg10=0.50 avg60=0.1 avg300=0.1 total=5000",
        "proc/stat": "cpu0 1 0 0 1000 0 0 0 5 0 0\ncpu1 1 0 0 1000 0 0 0 7 0 0",
        "proc/self/cgroup": "0::/box", "sys/fs/cgroup/box/cpu.stat": "usage_usec 5\nnr_throttled 3",
    ]

    /// What is found where `files` take the place of others while the machine is watched.
    private func states(
        _ start: [String: String] = quiet, during files: [String: String] = [:], without missing: Set<String> = [],
        tiles: [Int] = .init(repeating: 31_000, count: 50)
    ) throws -> [String: EnvironmentCheck.State] {
        let system = try FakeSystem(start.filter { !missing.contains($0.key) })
        let quietness = Quietness(system.files, cpus: [1], cpuCount: 2) {
            for (path, text) in files { try? system.write(text, to: path) }
            return tiles.map { SentinelReading(tileNanoseconds: [$0]) }
        }
        return Dictionary(uniqueKeysWithValues: quietness.checks.map { ($0.name, $0.state) })
    }

    private static let passing = "cpu0 9 0 0 1100 0 0 0 5 0 0\ncpu1 9 0 0 1090 0 0 0 7 0 0"

    @Test func aQuietMachineIsFit() throws {
        let states = try states(during: ["proc/stat": Self.passing])
        #expect(states == ["load": .ok, "pressure": .ok, "steal": .ok, "throttling": .ok, "neighbours": .ok])
    }

    @Test func whatWasBeforeDoesNotCount() throws {
        // 7 ticks were stolen and 3 periods throttled long ago.
        #expect(try states(during: ["proc/stat": Self.passing])["throttling"] == .ok)
    }

    @Test(arguments: [
        ("load", "proc/loadavg", "0.30 0.2 0.3 1/100 1234"),
        ("pressure", "proc/pressure/cpu", "some avg10=12.00 avg60=0.1 avg300=0.1 total=9000"),
        ("steal", "proc/stat", "cpu0 9 0 0 1100 0 0 0 5 0 0\ncpu1 9 0 0 1090 0 0 0 8 0 0"),
        ("throttling", "sys/fs/cgroup/box/cpu.stat", "usage_usec 9\nnr_throttled 4"),
    ]) func eachIsSeen(name: String, path: String, text: String) throws {
        let states = try states(during: ["proc/stat": Self.passing].merging([path: text]) { $1 })
        #expect(states.filter { $0.value == .bad }.map(\.key) == [name])
    }

    @Test func theftOnAnotherCPUIsNotOurs() throws {
        let text = "cpu0 9 0 0 1100 0 0 0 50 0 0\ncpu1 9 0 0 1090 0 0 0 7 0 0"
        #expect(try states(during: ["proc/stat": text])["steal"] == .ok)
    }

    @Test func whatCannotBeSeenIsUnknown() throws {
        #expect(Set(try states([:], tiles: []).values) == [.unknown])
        let system = try FakeSystem()
        let quietness = Quietness(system.files, cpus: [1], cpuCount: 2) { [] }
        #expect(quietness.bad.isEmpty && quietness.unknown.count == 5)
    }

    /// A guest on the same core, of which the system's own counters tell nothing.
    @Test(arguments: [(slow: 10, state: EnvironmentCheck.State.ok), (11, .bad), (40, .bad)])
    func aNeighbourIsSeenByTheTimeOfFixedWork(slow: Int, state: EnvironmentCheck.State) throws {
        let tiles = (0..<50).map { $0 < slow ? 42_000 : 31_000 }
        let states = try states(during: ["proc/stat": Self.passing], tiles: tiles)
        #expect(states["neighbours"] == state)
        #expect(states.filter { $0.value == .bad }.count == (state == .bad ? 1 : 0))
    }
}

@Suite struct LaunchConditionsTests {
    @Test func countsWhatHappenedInBetween() throws {
        let system = try FakeSystem([
            "proc/stat": "cpu0 0 0 0 0 0 0 0 0 0 0\ncpu1 100 0 0 100 0 0 0 10 0 0",
            "proc/pressure/cpu": "some avg10=0.50 avg60=0.1 avg300=0.1 total=1000000",
        ])
        let clock = FakeClock(stepPerReading: 250_000)
        let watch = ConditionsWatch(cpus: [1], clock: clock, files: system.files)
        try system.write("cpu0 0 0 0 0 0 0 0 99 0 0\ncpu1 190 0 0 100 0 0 0 20 0 0", to: "proc/stat")
        try system.write("some avg10=0.50 avg60=0.1 avg300=0.1 total=2500000", to: "proc/pressure/cpu")
        clock.advance(seconds: 15)
        let conditions = watch.conditions()
        #expect(conditions.stolenShare == 0.1)
        #expect(abs(try #require(conditions.waitingShare) - 0.1) < 0.001)
        #expect(conditions.throttledPeriods == nil)
        #expect(abs(conditions.seconds - 15) < 0.1)
        // A million additions in a step of 0.25 ms.
        #expect(abs(conditions.hertzBefore - 4e9) < 1 && conditions.clockChange == 0)
    }

    @Test func whatIsNotToldIsNil() throws {
        let watch = ConditionsWatch(
            cpus: [1], clock: FakeClock(stepPerReading: 1000), files: try FakeSystem().files)
        let conditions = watch.conditions()
        #expect(
            conditions.stolenShare == nil && conditions.waitingShare == nil && conditions.throttledPeriods == nil)
    }

    /// Cycles, not instructions: several of them in one cycle would show as a clock that no CPU has.
    @Test func theClockRateIsOneThatCPUsHave() {
        let rate = ClockRate.measure()
        #expect(rate.hertz > 1e8 && rate.hertz < 7e9)
    }
}
