import Statistics

/// A results file, read: its header and every measurement in it.
public struct Results: Sendable {
    public let header: ResultsHeader
    public let measurements: [Measurement]
    /// The processes that measured, in the order in which they ended.
    public let launches: [LaunchRecord]
    /// What storing a cache in fewer bits costs; empty where the run had no quantised cache, or was of version 1.
    public let cacheQuality: [CacheQuality]
    /// Doubts about the file itself, such as a torn last line.
    public let cautions: [Caution]

    public init(
        header: ResultsHeader, measurements: [Measurement], launches: [LaunchRecord] = [],
        cacheQuality: [CacheQuality] = [], cautions: [Caution] = []
    ) {
        self.header = header
        self.measurements = measurements
        self.launches = launches
        self.cacheQuality = cacheQuality
        self.cautions = cautions
    }
}

/// The first line of a results file: what measured, how fast it could be, what was built, and what was asked.
public struct ResultsHeader: Sendable, Codable, Hashable {
    public static let currentSchema = "attnbench/2"

    /// What was built.
    public struct Build: Sendable, Codable, Hashable {
        public let commit: String
        public let dirty: Bool
        public let compiler: String
        public let flags: String
        /// float32 lanes and the instruction set, such as "16 lanes (AVX-512)".
        public let simd: String
        /// The core type that OpenBLAS runs as.
        public let blasCore: String

        public init(commit: String, dirty: Bool, compiler: String, flags: String, simd: String, blasCore: String) {
            self.commit = commit
            self.dirty = dirty
            self.compiler = compiler
            self.flags = flags
            self.simd = simd
            self.blasCore = blasCore
        }
    }

    public let schema: String
    public let machine: Machine
    public let ceilings: Ceilings
    /// What the kernels left to the machine; nil in files of earlier builds.
    public let tuning: Tuning?
    public let build: Build
    /// The sweep as it was run, after overrides.
    public let sweep: Sweep
    public let seed: UInt64
    /// ISO 8601, UTC.
    public let startedAt: String
    /// The command that makes these results again.
    public let command: String
    /// Processes that shared the calls of kernels of ranks; nil where the run had no ranks.
    public let ranks: Int?

    public init(
        schema: String = currentSchema, machine: Machine, ceilings: Ceilings, tuning: Tuning? = nil, build: Build,
        sweep: Sweep, seed: UInt64, startedAt: String, command: String, ranks: Int? = nil
    ) {
        self.schema = schema
        self.machine = machine
        self.ceilings = ceilings
        self.tuning = tuning
        self.build = build
        self.sweep = sweep
        self.seed = seed
        self.startedAt = startedAt
        self.command = command
        self.ranks = ranks
    }
}
