import Attention

/// What happened to one workload in one launch: one line of the results file.
public struct Measurement: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case measured(Record)
        /// The kernel does not take the problem, or it does not fit in memory or in the time left.
        case skipped(reason: String)
        /// The kernel's result is wrong, or its engine broke. The error is nil where there was no result.
        case failed(reason: String, maximumError: Double?)
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

        public init(
            samplesNanoseconds: [Int], rounds: [Int], iterationsPerSample: Int, contamination: [Contamination],
            peakResidentBytes: Int, maximumError: Double
        ) {
            precondition(!samplesNanoseconds.isEmpty, "a measured record has samples")
            precondition(
                samplesNanoseconds.count == contamination.count && samplesNanoseconds.count == rounds.count,
                "each sample has its round and its evidence")
            precondition(iterationsPerSample >= 1, "a sample is at least one call")
            self.samplesNanoseconds = samplesNanoseconds
            self.rounds = rounds
            self.iterationsPerSample = iterationsPerSample
            self.contamination = contamination
            self.peakResidentBytes = peakResidentBytes
            self.maximumError = maximumError
        }
    }

    public let workload: Workload
    public let launch: Int
    public let work: Work
    public let outcome: Outcome

    public init(workload: Workload, launch: Int, work: Work, outcome: Outcome) {
        self.workload = workload
        self.launch = launch
        self.work = work
        self.outcome = outcome
    }
}
