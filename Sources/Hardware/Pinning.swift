import CHwloc
import Foundation

/// The result of binding a thread to one CPU.
public enum Pinning: Hashable, Sendable {
    case bound(cpu: Int)
    /// On the CPU, but its memory may come from a distant NUMA node.
    case boundWithoutMemory(cpu: Int, reason: String)
    case refused(cpu: Int, reason: String)

    /// The CPU that the thread is bound to.
    public var cpu: Int? {
        switch self {
        case .bound(let cpu), .boundWithoutMemory(let cpu, _): cpu
        case .refused: nil
        }
    }

    /// What the system refused, in words; nil where it did everything.
    public var refusal: String? {
        switch self {
        case .bound: nil
        case .boundWithoutMemory(let cpu, let reason):
            "memory of the thread on CPU \(cpu) is not bound to the local NUMA node: \(reason)"
        case .refused(let cpu, let reason): "no thread is bound to CPU \(cpu): \(reason)"
        }
    }

    /// Binds the calling thread, and where there is more than one NUMA node its memory, and verifies where it runs.
    public static func bindCurrentThread(to cpu: Int, on topology: Topology) -> Pinning {
        guard topology.isThisMachine else { return .refused(cpu: cpu, reason: "the topology is not of this machine") }
        let flags = Int32(HWLOC_CPUBIND_THREAD.rawValue | HWLOC_CPUBIND_STRICT.rawValue)
        guard CPUSet([cpu]).withBitmap({ hwloc_set_cpubind(topology.handle, $0, flags) }) == 0 else {
            return .refused(cpu: cpu, reason: "the system refuses: \(String(cString: strerror(errno)))")
        }
        let location = CPUSet()
        let isTold = location.withBitmap {
            hwloc_get_last_cpu_location(topology.handle, $0, Int32(HWLOC_CPUBIND_THREAD.rawValue)) == 0
        }
        guard isTold, location.cpus == [cpu] else {
            return .refused(cpu: cpu, reason: "the thread ran on CPUs \(location.cpus) after binding")
        }
        return bindMemory(near: cpu, on: topology)
    }

    /// Lets the calling thread run on every allowed CPU again and take memory from anywhere: processes that it starts
    /// inherit both.
    public static func unbindCurrentThread(on topology: Topology) {
        guard topology.isThisMachine else { return }
        let allowed = CPUSet(topology.allowedCPUs)
        _ = allowed.withBitmap { hwloc_set_cpubind(topology.handle, $0, Int32(HWLOC_CPUBIND_THREAD.rawValue)) }
        guard topology.numaNodes.count > 1 else { return }
        _ = allowed.withBitmap {
            hwloc_set_membind(topology.handle, $0, HWLOC_MEMBIND_DEFAULT, Int32(HWLOC_MEMBIND_THREAD.rawValue))
        }
    }

    /// Without STRICT, hwloc asks for the local node first and for others when it is full: a strict binding would end
    /// the process instead. With one node there is nothing to choose.
    private static func bindMemory(near cpu: Int, on topology: Topology) -> Pinning {
        guard topology.numaNodes.count > 1 else { return .bound(cpu: cpu) }
        let flags = Int32(HWLOC_MEMBIND_THREAD.rawValue)
        let isBound = CPUSet([cpu]).withBitmap {
            hwloc_set_membind(topology.handle, $0, HWLOC_MEMBIND_BIND, flags) == 0
        }
        guard isBound else {
            return .boundWithoutMemory(cpu: cpu, reason: String(cString: strerror(errno)))
        }
        return .bound(cpu: cpu)
    }
}
