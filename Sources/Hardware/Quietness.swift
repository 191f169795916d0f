import Foundation
import Records

/// Whether the machine is quiet now: the checks for which a run may be refused (`--require-quiet`).
///
/// The checks of `Machine` tell of the time since the system started; these watch for a second, before anything of this
/// program makes noise itself. The system counts stolen time in ticks of 10 ms, so a second shows a theft of 1 %.
public struct Quietness: Hashable, Sendable {
    /// Load, pressure, steal, throttling and neighbours.
    public let checks: [EnvironmentCheck]

    /// What a measurement would suffer from.
    public var bad: [EnvironmentCheck] { checks.filter { $0.state == .bad } }
    /// What cannot be seen; it may be quiet or not.
    public var unknown: [EnvironmentCheck] { checks.filter { $0.state == .unknown } }

    /// Watches the CPUs that threads would be placed on, or all allowed ones where unpinned.
    public static func watch(_ placement: Placement, threads: Int, on topology: Topology) throws(PlacementError) -> Self
    {
        let cpus = try placement.cpus(forThreads: threads, on: topology)
        let sentinels = Sentinels(try WorkerTeam(threads: threads, placement: placement, on: topology))
        defer { Pinning.unbindCurrentThread(on: topology) }
        return Quietness(
            SystemFiles(), cpus: cpus.isEmpty ? topology.allowedCPUs : cpus, cpuCount: topology.logicalCPUs.count
        ) {
            // Some 3 ms of work in the second: too little to count as load.
            (0..<readings).map { _ in
                Thread.sleep(forTimeInterval: 1 / Double(readings))
                return sentinels.reading()
            }
        }
    }

    private static let readings = 50

    /// - Parameter watch: passes the time in which is watched, and says what the sentinels read meanwhile.
    init(_ files: SystemFiles, cpus: [Int], cpuCount: Int, watch: () -> [SentinelReading]) {
        let before = Contention(files, cpus: cpus)
        let readings = watch()
        let change = Contention(files, cpus: cpus).change(since: before)
        checks = [
            ("load", ContentionChecks.load(files, cpuCount: cpuCount)), ("pressure", ContentionChecks.pressure(files)),
            ("steal", Self.steal(change)), ("throttling", Self.throttling(change)),
            ("neighbours", Self.neighbours(readings)),
        ].map { EnvironmentCheck(name: $0, state: $1.state, detail: $1.detail) }
    }

    private static func steal(_ change: Contention.Change) -> Finding {
        guard let ticks = change.stolenTicks, let share = change.stolenShare else {
            return .unknown("the system does not report what a hypervisor takes (/proc/stat)")
        }
        return ticks > 0
            ? .bad(
                "the hypervisor took \(ContentionChecks.twoDigits(100 * share)) % of the CPU's time in the last second; "
                    + "wait for its other guests or use a dedicated machine")
            : .ok("none in the last second")
    }

    /// A share of slow readings that a run leaves out without losing much.
    private static let tolerableSlowShare = 0.2

    /// Guests that use the same cores, which no counter shows.
    private static func neighbours(_ readings: [SentinelReading]) -> Finding {
        guard let level = QuietLevel(readings) else { return .unknown("the CPU's speed was not measured") }
        let share = Double(readings.count { level.isSlowed($0) }) / Double(readings.count)
        let percent = ContentionChecks.twoDigits(100 * share)
        return share > tolerableSlowShare
            ? .bad(
                "fixed work took more than \(ContentionChecks.twoDigits(QuietLevel.tileTolerance)) times its shortest time in "
                    + "\(percent) % of the last second; another guest may use the same core: wait, or use a dedicated machine"
            )
            : .ok("fixed work was slow in \(percent) % of the last second")
    }

    private static func throttling(_ change: Contention.Change) -> Finding {
        switch change.throttledPeriods {
        case nil: .unknown("no control group reports a CPU quota")
        case 0: .ok("none in the last second")
        case .some(let count):
            .bad("the container was stopped \(count) times in the last second for its CPU quota; raise its CPU limit")
        }
    }
}
