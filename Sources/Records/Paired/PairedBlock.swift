/// What one block measured: the unit of inference, since processes differ in more than their code (where memory and
/// code came to lie, above all), and samples within one process know nothing of that.
public struct PairedBlock: Sendable, Hashable {
    /// A round's visit to one cell: one sample of each side, some milliseconds apart.
    public typealias Visit = PairedValues<Sample>

    /// What one side says of a cell, and what was seen of it before it was timed.
    public struct Facts: Sendable, Hashable {
        /// Pairs that one call went through, counted while it ran; nil if they are not counted.
        public var countedPairs: Int?
        /// The same by the kernel's closed form; nil where the kernel has none.
        public var statedPairs: Int?
        /// Growth of peak resident memory over what the process held before.
        public var peakResidentBytes: Int
        /// Q, K, V, O and the kernel's scratch, from the sizes; nil where the kernel does not say its scratch.
        public var statedBytes: Int?
        /// What is wrong with the result, at first or after the last round; nil where it is right or was not checked.
        public var wrongness: String?

        public init(
            countedPairs: Int?, statedPairs: Int?, peakResidentBytes: Int, statedBytes: Int?, wrongness: String? = nil
        ) {
            self.countedPairs = countedPairs
            self.statedPairs = statedPairs
            self.peakResidentBytes = peakResidentBytes
            self.statedBytes = statedBytes
            self.wrongness = wrongness
        }
    }

    public struct Cell: Sendable, Hashable {
        public let workload: Workload
        public let facts: PairedValues<Facts>
        /// Equal on each side.
        public let iterationsPerSample: Int
        public let visits: [Visit]

        public init(
            workload: Workload, facts: PairedValues<Facts>, iterationsPerSample: Int, visits: [Visit]
        ) {
            self.workload = workload
            self.facts = facts
            self.iterationsPerSample = iterationsPerSample
            self.visits = visits
        }
    }

    /// A cell that could not be measured on both sides.
    public struct UnmeasuredCell: Sendable, Hashable {
        public let workload: Workload
        /// The side that refused or broke; the baseline where both did.
        public let engine: ComparedEngine
        public let reason: String

        public init(workload: Workload, engine: ComparedEngine, reason: String) {
            self.workload = workload
            self.engine = engine
            self.reason = reason
        }
    }

    /// In the order of the request.
    public let cells: [Cell]
    public let unmeasured: [UnmeasuredCell]
    public let frozenLoop: [Visit]
    /// What a reader should know of the engines at work: that one keeps CPUs busy while nobody asks it anything, say.
    public let remarks: [String]
    /// From the start of the first process until the first sample: starting, compiling, filling tensors, checking.
    public let preparationSeconds: Double

    public init(
        cells: [Cell], unmeasured: [UnmeasuredCell] = [], frozenLoop: [Visit], remarks: [String] = [],
        preparationSeconds: Double = 0
    ) {
        self.cells = cells
        self.unmeasured = unmeasured
        self.frozenLoop = frozenLoop
        self.remarks = remarks
        self.preparationSeconds = preparationSeconds
    }
}
