import CHwloc
import Faults
import Foundation
import Records

/// Cores, caches and memory nodes of one machine, as hwloc finds them.
///
/// The whole machine is described, also where this process may use a part of it only: what may be used is
/// `allowedCPUs`. The description therefore does not change with `taskset` or a container's cpuset, and can be a part
/// of the key that says which results are comparable.
public final class Topology: Sendable {
    public struct Core: Hashable, Sendable {
        /// Its logical CPUs (hardware threads), ascending.
        public let cpus: [Int]
        /// Rank among the machine's kinds of core, 0 the slowest; nil where the system does not rank them.
        public let kind: Int?
    }

    struct CacheInstance: Hashable, Sendable {
        let level: Int
        let bytes: Int
        let cpus: [Int]
    }

    public let cpuModel: String?
    public let packageCount: Int
    public let cores: [Core]
    /// How many kinds of core there are: 2 on a hybrid CPU, 0 where the system does not tell.
    public let coreKindCount: Int
    /// The logical CPUs of each NUMA node.
    public let numaNodes: [[Int]]
    /// Where this process may run: the container's cpuset and its affinity (`taskset`) when the topology was loaded.
    public let allowedCPUs: [Int]
    let cacheInstances: [CacheInstance]

    /// Only read after loading, which hwloc allows from any thread.
    nonisolated(unsafe) let handle: hwloc_topology_t
    let isThisMachine: Bool

    /// This machine.
    public convenience init() throws(TopologyError) {
        let handle = try Self.makeHandle()
        // Neither setting can fail before the load.
        hwloc_topology_set_flags(handle, UInt(HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED.rawValue))
        try self.init(loading: handle, isThisMachine: true, coreKinds: []) { handle in
            let affinity = CPUSet()
            let found = affinity.withBitmap {
                hwloc_get_cpubind(handle, $0, Int32(HWLOC_CPUBIND_PROCESS.rawValue)) == 0
            }
            let administered = CPUSet.cpus(in: hwloc_topology_get_allowed_cpuset(handle))
            let own = Set(affinity.cpus)
            return found ? administered.filter(own.contains) : administered
        }
    }

    /// A machine made from hwloc's description, such as "pack:2 core:2 pu:2".
    /// - Parameters:
    ///   - allowed: the CPUs that this process may use; all where nil.
    ///   - coreKinds: the logical CPUs of each kind of core, the slowest kind first; not known where empty.
    public convenience init(
        synthetic description: String, allowed: [Int]? = nil, coreKinds: [[Int]] = []
    ) throws(TopologyError) {
        let handle = try Self.makeHandle()
        guard hwloc_topology_set_synthetic(handle, description) == 0 else {
            hwloc_topology_destroy(handle)
            throw TopologyError("\"\(description)\" is not a topology that hwloc can make")
        }
        try self.init(loading: handle, isThisMachine: false, coreKinds: coreKinds) { handle in
            allowed ?? CPUSet.cpus(in: hwloc_topology_get_allowed_cpuset(handle))
        }
    }

    private init(
        loading handle: hwloc_topology_t, isThisMachine: Bool, coreKinds: [[Int]],
        allowedCPUs: (hwloc_topology_t) -> [Int]
    ) throws(TopologyError) {
        guard hwloc_topology_load(handle) == 0 else {
            let reason = String(cString: strerror(errno))
            hwloc_topology_destroy(handle)
            throw TopologyError("hwloc cannot load the topology of this machine: \(reason)")
        }
        for (efficiency, cpus) in coreKinds.enumerated() {
            _ = CPUSet(cpus).withBitmap { hwloc_cpukinds_register(handle, $0, Int32(efficiency), 0, nil, 0) }
        }
        self.handle = handle
        self.isThisMachine = isThisMachine
        self.allowedCPUs = allowedCPUs(handle)
        let packages = Self.objects(HWLOC_OBJ_PACKAGE, in: handle)
        packageCount = max(packages.count, 1)
        cpuModel = packages.first.flatMap { hwloc_obj_get_info_by_name($0, "CPUModel") }.map { String(cString: $0) }
        coreKindCount = max(Int(hwloc_cpukinds_get_nr(handle, 0)), 0)
        // A system that does not tell its cores still tells its logical CPUs.
        let cores = Self.objects(HWLOC_OBJ_CORE, in: handle)
        self.cores = (cores.isEmpty ? Self.objects(HWLOC_OBJ_PU, in: handle) : cores).map { core in
            Core(cpus: CPUSet.cpus(in: core.pointee.cpuset), kind: Self.kind(of: core, in: handle))
        }
        numaNodes = Self.objects(HWLOC_OBJ_NUMANODE, in: handle).map { CPUSet.cpus(in: $0.pointee.cpuset) }
        cacheInstances = [HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE]
            .flatMap { Self.objects($0, in: handle) }
            .map { cache in
                CacheInstance(
                    level: Int(cache.pointee.attr.pointee.cache.depth),
                    bytes: Int(cache.pointee.attr.pointee.cache.size), cpus: CPUSet.cpus(in: cache.pointee.cpuset))
            }
    }

    deinit { hwloc_topology_destroy(handle) }

    public var logicalCPUs: [Int] { cores.flatMap(\.cpus).sorted() }

    /// The different data caches, level 1 first; a hybrid CPU has several of one level.
    public var caches: [Machine.Cache] {
        var caches: [Machine.Cache] = []
        for instance in cacheInstances {
            let cache = Machine.Cache(level: instance.level, bytes: instance.bytes, sharedBy: instance.cpus.count)
            if !caches.contains(cache) { caches.append(cache) }
        }
        return caches
    }

    private static func makeHandle() throws(TopologyError) -> hwloc_topology_t {
        var handle: hwloc_topology_t?
        guard hwloc_topology_init(&handle) == 0, let handle else {
            throw TopologyError("hwloc cannot start: \(String(cString: strerror(errno)))")
        }
        return handle
    }

    private static func objects(_ type: hwloc_obj_type_t, in handle: hwloc_topology_t) -> [hwloc_obj_t] {
        (0..<max(hwloc_get_nbobjs_by_type(handle, type), 0)).compactMap {
            hwloc_get_obj_by_type(handle, type, UInt32($0))
        }
    }

    private static func kind(of core: hwloc_obj_t, in handle: hwloc_topology_t) -> Int? {
        let index = hwloc_cpukinds_get_by_cpuset(handle, core.pointee.cpuset, 0)
        guard index >= 0 else { return nil }
        var efficiency: Int32 = -1
        hwloc_cpukinds_get_info(handle, UInt32(index), nil, &efficiency, nil, nil, 0)
        return efficiency >= 0 ? Int(efficiency) : nil
    }
}

/// The machine's topology cannot be had.
public struct TopologyError: Fault, Equatable {
    public var exitStatus: ExitStatus { .internalFailure }

    public let description: String
    init(_ description: String) { self.description = description }
}
