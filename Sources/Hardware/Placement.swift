import CHwloc
import Faults

/// On which CPUs the measuring threads run.
public enum Placement: Hashable, Sendable {
    /// One logical CPU on each of as many physical cores as there are threads.
    case automatic
    /// These, in this order (`--cpu`, `--cpus`).
    case cpus([Int])
    /// Wherever the scheduler puts them (`--no-pin`).
    case unpinned

    /// The CPU for each thread; empty where unpinned.
    public func cpus(forThreads threadCount: Int, on topology: Topology) throws(PlacementError) -> [Int] {
        switch self {
        case .unpinned: return []
        case .automatic:
            let cpus = Self.onePerCore(of: topology)
            guard threadCount <= cpus.count else { throw .tooFewCores(threads: threadCount, cores: cpus.count) }
            return Array(cpus.prefix(threadCount))
        case .cpus(let cpus):
            if let cpu = cpus.first(where: { !topology.allowedCPUs.contains($0) }) {
                throw .notAllowed(cpu: cpu, allowed: topology.allowedCPUs)
            }
            guard threadCount <= cpus.count else { throw .tooFewCPUs(threads: threadCount, cpus: cpus) }
            return Array(cpus.prefix(threadCount))
        }
    }

    /// One allowed logical CPU of each physical core, best first.
    ///
    /// The fastest kind of core comes first. Among equals the core of CPU 0 comes last: the kernel sends it the
    /// interrupts that nobody asked elsewhere, and its own housekeeping. `singlify` keeps one hardware thread of each
    /// core, so that no two workers share a core's arithmetic units.
    private static func onePerCore(of topology: Topology) -> [Int] {
        let allowed = Set(topology.allowedCPUs)
        let choices = topology.cores.compactMap { core -> (cpu: Int, kind: Int, hasInterrupts: Bool)? in
            let usable = CPUSet(core.cpus.filter(allowed.contains))
            _ = usable.withBitmap { hwloc_bitmap_singlify($0) }
            guard let cpu = usable.cpus.first else { return nil }
            return (cpu, core.kind ?? 0, core.cpus.contains(0))
        }
        return choices.sorted { a, b in
            if a.kind != b.kind { return a.kind > b.kind }
            if a.hasInterrupts != b.hasInterrupts { return b.hasInterrupts }
            return a.cpu < b.cpu
        }.map(\.cpu)
    }
}

public enum PlacementError: Fault, Equatable {
    case notAllowed(cpu: Int, allowed: [Int])
    case tooFewCores(threads: Int, cores: Int)
    case tooFewCPUs(threads: Int, cpus: [Int])

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notAllowed(let cpu, let allowed):
            "CPU \(cpu) is not allowed to this process; allowed CPUs are \(CPUList.text(of: allowed))"
        case .tooFewCores(let threads, let cores):
            "\(threads) threads need a core each, and \(cores) cores are allowed to this process; "
                + "use fewer threads, name logical CPUs with --cpus, or give --no-pin"
        case .tooFewCPUs(let threads, let cpus):
            "\(threads) threads need \(threads) CPUs and \(cpus.count) are named "
                + "(\(CPUList.text(of: cpus))); name more CPUs or use fewer threads"
        }
    }
}
