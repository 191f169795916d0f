import Foundation
import Records

/// Whether the machine is quiet now: the checks for which a run may be refused (`--require-quiet`).
///
/// The checks of `Machine` tell of the time since the system started; these watch for a second, before anything of this
/// program makes noise itself. The system counts stolen time in ticks of 10 ms, so a second shows a theft of 1 %.
public struct Quietness: Hashable, Sendable {
    /// Load, pressure, steal and throttling.
    public let checks: [EnvironmentCheck]

    /// What a measurement would suffer from.
    public var bad: [EnvironmentCheck] { checks.filter { $0.state == .bad } }
    /// What cannot be seen; it may be quiet or not.
    public var unknown: [EnvironmentCheck] { checks.filter { $0.state == .unknown } }

    /// Watches the CPUs that threads would be placed on, or all allowed ones where unpinned.
    public static func watch(_ placement: Placement, threads: Int, on topology: Topology) throws(PlacementError) -> Self
    {
        let cpus = try placement.cpus(forThreads: threads, on: topology)
        return Quietness(
            SystemFiles(), cpus: cpus.isEmpty ? topology.allowedCPUs : cpus, cpuCount: topology.logicalCPUs.count
        ) { Thread.sleep(forTimeInterval: 1) }
    }

    /// - Parameter wait: passes the time in which is watched.
    init(_ files: SystemFiles, cpus: [Int], cpuCount: Int, wait: () -> Void) {
        let before = Contention(files, cpus: cpus)
        wait()
        let change = Contention(files, cpus: cpus).change(since: before)
        checks = [
            ("load", ContentionChecks.load(files, cpuCount: cpuCount)), ("pressure", ContentionChecks.pressure(files)),
            ("steal", Self.steal(change)), ("throttling", Self.throttling(change)),
        ].map { EnvironmentCheck(name: $0, state: $1.state, detail: $1.detail) }
    }

    private static func steal(_ change: Contention.Change) -> Finding {
        guard let ticks = change.stolenTicks, let share = change.stolenShare else {
            return .unknown("the system does not tell what a hypervisor takes (/proc/stat)")
        }
        return ticks > 0
            ? .bad(
                "the hypervisor took \(ContentionChecks.twoDigits(100 * share)) % of the CPU's time in the last second; "
                    + "wait for its other guests or use a dedicated machine")
            : .ok("none in the last second")
    }

    private static func throttling(_ change: Contention.Change) -> Finding {
        switch change.throttledPeriods {
        case nil: .unknown("no control group tells of a CPU quota")
        case 0: .ok("none in the last second")
        case .some(let count):
            .bad("the container was stopped \(count) times in the last second for its CPU quota; raise its CPU limit")
        }
    }
}
