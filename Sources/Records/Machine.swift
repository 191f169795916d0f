/// What measures. The fields down to `instructionSet` are the environment key: results of machines that differ in one
/// of them are not comparable.
public struct Machine: Hashable, Codable, Sendable {
    public struct Cache: Hashable, Codable, Sendable {
        public let level: Int
        public let bytes: Int
        /// Logical CPUs that share it.
        public let sharedBy: Int

        public init(level: Int, bytes: Int, sharedBy: Int) {
            self.level = level
            self.bytes = bytes
            self.sharedBy = sharedBy
        }
    }

    public let cpuModel: String
    /// Family, model, stepping and microcode, because a hypervisor may call every model "AMD EPYC"; nil where the
    /// system does not tell.
    public let cpuRevision: String?
    public let architecture: String
    public let physicalCores: Int
    public let logicalCPUs: Int
    public let caches: [Cache]
    public let memoryBytes: Int
    /// "KVM", "none", or nil where the system does not tell.
    public let hypervisor: String?
    /// float32 lanes of the vectors that this binary was built for.
    public let vectorLanes: Int
    /// The `-march` of the build.
    public let instructionSet: String

    public let availableVectorLanes: Int
    public let kernelRelease: String
    /// The CPUs that the measuring threads are bound to; empty where they are not.
    public let pinnedCPUs: [Int]
    public let clockResolutionNanoseconds: Double
    public let clockOverheadNanoseconds: Double
    public let checks: [EnvironmentCheck]

    public init(
        cpuModel: String, cpuRevision: String? = nil, architecture: String, physicalCores: Int, logicalCPUs: Int,
        caches: [Cache], memoryBytes: Int, hypervisor: String?, vectorLanes: Int, instructionSet: String,
        availableVectorLanes: Int, kernelRelease: String, pinnedCPUs: [Int], clockResolutionNanoseconds: Double,
        clockOverheadNanoseconds: Double, checks: [EnvironmentCheck]
    ) {
        self.cpuModel = cpuModel
        self.cpuRevision = cpuRevision
        self.architecture = architecture
        self.physicalCores = physicalCores
        self.logicalCPUs = logicalCPUs
        self.caches = caches
        self.memoryBytes = memoryBytes
        self.hypervisor = hypervisor
        self.vectorLanes = vectorLanes
        self.instructionSet = instructionSet
        self.availableVectorLanes = availableVectorLanes
        self.kernelRelease = kernelRelease
        self.pinnedCPUs = pinnedCPUs
        self.clockResolutionNanoseconds = clockResolutionNanoseconds
        self.clockOverheadNanoseconds = clockOverheadNanoseconds
        self.checks = checks
    }
}
