import CVector
import Records

extension Machine {
    /// This machine, as the team will use it.
    public static func current(
        topology: Topology, team: WorkerTeam, clock: some NanosecondClock = SystemClock(),
        files: SystemFiles = SystemFiles()
    ) -> Machine {
        let processor = ProcessorInfo(cpuinfo: files.text("proc/cpuinfo") ?? "")
        let hypervisor = Hypervisor.name(files, processor: processor, cpuidName: Hypervisor.cpuidName())
        let facts = ClockFacts.measure(clock)
        var surroundings = Surroundings(
            files: files, topology: topology, team: team, availableVectorLanes: processor.vectorLanes)
        surroundings.hypervisor = hypervisor
        surroundings.clockRate = ClockRate.measure(clock)
        surroundings.hugePageShare = HugePageProbe.share(files)
        return Machine(
            cpuModel: topology.cpuModel ?? processor.model ?? "unknown", cpuRevision: processor.revision,
            architecture: Self.architectureName, physicalCores: topology.cores.count,
            logicalCPUs: topology.logicalCPUs.count, caches: topology.caches,
            memoryBytes: AvailableMemory.totalBytes(files) ?? 0, hypervisor: hypervisor,
            vectorLanes: BuildFacts.vectorLanes, instructionSet: BuildFacts.instructionSet,
            availableVectorLanes: processor.vectorLanes,
            kernelRelease: files.text("proc/sys/kernel/osrelease") ?? "unknown", pinnedCPUs: team.pinnedCPUs,
            clockResolutionNanoseconds: facts.resolutionNanoseconds,
            clockOverheadNanoseconds: facts.overheadNanoseconds, checks: EnvironmentCheck.all(in: surroundings))
    }

    /// The CPU of this machine, with its number of cores.
    public static func processor(of topology: Topology, files: SystemFiles = SystemFiles()) -> String {
        let processor = ProcessorInfo(cpuinfo: files.text("proc/cpuinfo") ?? "")
        let model = topology.cpuModel ?? processor.model ?? "unknown"
        return "\(model)\(processor.revision.map { " (\($0))" } ?? ""), \(topology.cores.count) cores"
    }

    private static var architectureName: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            "unknown"
        #endif
    }
}
