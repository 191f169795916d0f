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
}

/// One thing that can spoil a measurement. Unknown is never taken for ok.
public struct EnvironmentCheck: Hashable, Codable, Sendable {
    public enum State: String, Codable, Sendable { case ok, bad, unknown }

    public let name: String
    public let state: State
    /// What was found and, where bad, what to do.
    public let detail: String

    public init(name: String, state: State, detail: String) {
        self.name = name
        self.state = state
        self.detail = detail
    }
}
