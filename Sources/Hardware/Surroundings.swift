import Foundation

/// What the environment checks look at. Tests replace it by another machine.
struct Surroundings {
    var files: SystemFiles
    var topology: Topology
    /// The CPUs that the threads are bound to; empty where they are not.
    var pinnedCPUs: [Int]
    var pinningRefusals: [String]
    var threadCount: Int
    /// "none" on bare metal, nil where unknown.
    var hypervisor: String?
    var vectorLanes = BuildFacts.vectorLanes
    var availableVectorLanes: Int
    var isOptimised = BuildFacts.isOptimised
    var commit = BuildFacts.commit
    var hasUncommittedChanges = BuildFacts.hasUncommittedChanges
    /// Nil where it was not measured.
    var clockRate: ClockRate?
    /// Share of a large buffer that the system backed with huge pages when asked; nil where it does not tell.
    var hugePageShare: Double?
    var variant = VariantInUse.current
    var variables = Foundation.ProcessInfo.processInfo.environment

    init(files: SystemFiles, topology: Topology, team: WorkerTeam, availableVectorLanes: Int) {
        self.files = files
        self.topology = topology
        pinnedCPUs = team.pinnedCPUs
        pinningRefusals = team.pinnings.compactMap(\.refusal)
        threadCount = team.threadCount
        self.availableVectorLanes = availableVectorLanes
    }

    /// The CPUs on which the threads may run.
    var cpus: [Int] { pinnedCPUs.isEmpty ? topology.allowedCPUs : pinnedCPUs }
}
