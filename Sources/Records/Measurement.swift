import Attention

/// What happened to one workload in one launch: one line of the results file.
public struct Measurement: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case measured(Record)
        /// The kernel does not take the problem, or it does not fit in memory or in the time left.
        case skipped(reason: String)
        /// The kernel computes something else than it is asked for, or says so of its work.
        case wrong(reason: String, maximumError: Double)
        /// The kernel's engine died, hung, or did not keep to the protocol, so that there is no result.
        case broken(reason: String)
    }

    /// The raw record; summaries are made later, from this.
    public struct Record: Sendable, Hashable {
        /// Wall time of each sample, in the order taken. One sample is `iterationsPerSample` calls.
        public let samplesNanoseconds: [Int]
        /// The round in which each sample was taken.
        public let rounds: [Int]
        public let iterationsPerSample: Int
        /// One for each sample.
        public let contamination: [Contamination]
        /// Growth of the process's peak resident memory over what it held before Q, K, V, O and the kernel were
        /// allocated. Below a few MiB it says little: small tensors come from memory that the process had already, and
        /// large ones are rounded up to huge pages of 2 MiB each.
        public let peakResidentBytes: Int
        /// Largest absolute difference to the Double reference over the rows that were checked.
        public let maximumError: Double
        /// By this program's clock, where the samples are times that an engine told of itself; one for each sample.
        public let wallNanoseconds: [Int]?
        /// The part of each sample in which the engine's device computed, by the engine's word; nil where it says nothing.
        public let deviceNanoseconds: [Int]?
        /// Nil where the kernel is this program's own, which is there when the program is.
        public let startup: Startup?
        /// How many CPUs each engine that nobody asked anything kept busy around each sample: 0 of those that sleep. By the
        /// engine's name; empty where no other engine took part in the run.
        public let idleCPUs: [String: [Double]]
        /// Whether calls read memory that two processes share, by the engine's own wish: such memory comes in small pages.
        public let readsSharedTensors: Bool
        /// The readings of the sentinels around each sample; nil if they were not taken.
        public let sentinels: [SentinelNeighbours]?
        /// Cycles and instructions of the calling thread in each sample; nil where the CPU's counters cannot be read.
        public let counts: [ProcessorCounts]?
        /// What each rank did in each sample; nil where no ranks shared the calls.
        public let ranks: [[RankTime]]?
        /// One call of each rank, of a sample whose time is near the median; nil where it was not kept.
        public let timeline: [[RankActivity]]?
        /// Which samples the sentinels call slowed, by the readings of the whole launch; nil until they are judged.
        public internal(set) var slowed: [Bool]?

        public init(
            samplesNanoseconds: [Int], rounds: [Int], iterationsPerSample: Int, contamination: [Contamination],
            peakResidentBytes: Int, maximumError: Double, wallNanoseconds: [Int]? = nil,
            deviceNanoseconds: [Int]? = nil, startup: Startup? = nil, idleCPUs: [String: [Double]] = [:],
            readsSharedTensors: Bool = false, sentinels: [SentinelNeighbours]? = nil,
            counts: [ProcessorCounts]? = nil, ranks: [[RankTime]]? = nil, timeline: [[RankActivity]]? = nil
        ) {
            precondition(!samplesNanoseconds.isEmpty, "a measured record has samples")
            precondition(
                samplesNanoseconds.count == contamination.count && samplesNanoseconds.count == rounds.count,
                "each sample has its round and its evidence")
            precondition(
                [wallNanoseconds, deviceNanoseconds].allSatisfy {
                    $0?.count ?? samplesNanoseconds.count == samplesNanoseconds.count
                },
                "each sample has its wall time and its device's")
            precondition(
                idleCPUs.values.allSatisfy { $0.count == samplesNanoseconds.count },
                "each sample has what idle engines did meanwhile")
            precondition(
                sentinels.map { $0.count == samplesNanoseconds.count } ?? true, "each sample has its sentinels")
            precondition(counts.map { $0.count == samplesNanoseconds.count } ?? true, "each sample has its counts")
            precondition(ranks.map { $0.count == samplesNanoseconds.count } ?? true, "each sample has its ranks")
            precondition(iterationsPerSample >= 1, "a sample is at least one call")
            self.samplesNanoseconds = samplesNanoseconds
            self.rounds = rounds
            self.iterationsPerSample = iterationsPerSample
            self.contamination = contamination
            self.peakResidentBytes = peakResidentBytes
            self.maximumError = maximumError
            self.wallNanoseconds = wallNanoseconds
            self.deviceNanoseconds = deviceNanoseconds
            self.startup = startup
            self.idleCPUs = idleCPUs
            self.readsSharedTensors = readsSharedTensors
            self.sentinels = sentinels
            self.counts = counts
            self.ranks = ranks
            self.timeline = timeline
        }
    }

    public let workload: Workload
    public let origin: KernelOrigin
    public let launch: Int
    /// That measured it, where several hosts share a sweep; nil where there is one.
    public internal(set) var host: String?
    public let work: Work
    /// Bytes that the kernel allocates beside its tensors, from the sizes; nil where it does not say.
    public let scratchBytes: Int?
    public let outcome: Outcome

    public init(
        workload: Workload, origin: KernelOrigin, launch: Int, work: Work, scratchBytes: Int?, outcome: Outcome
    ) {
        self.workload = workload
        self.origin = origin
        self.launch = launch
        self.work = work
        self.scratchBytes = scratchBytes
        self.outcome = outcome
    }

    public var isMeasured: Bool { if case .measured = outcome { true } else { false } }

    public var isSkipped: Bool { if case .skipped = outcome { true } else { false } }

    /// What theory says that one call holds in memory: its tensors and its scratch. A decoding step's keys and values are
    /// in its cache, which is a part of the scratch; so its tensors are the output alone. Nil where the scratch is unknown.
    public var predictedBytes: Int? {
        let problem = workload.problem
        let tensorBytes =
            workload.phase.hasCache
            ? problem.shape.queryCount * problem.elementType.byteCount : workload.tensorBytes
        return scratchBytes.map { scratch in
            let (sum, overflows) = tensorBytes.addingReportingOverflow(scratch)
            return overflows ? .max : sum
        }
    }
}
