import Attention
import Statistics

/// What kernels that leave out keys give up against full causal attention, and what they save, all on one set of activations: errors and kept
/// softmax mass are computed in Double, and times are those of calls on the same queries, keys and values.
///
/// Linear attention and the gated delta rule are not in it. They are other functions of their inputs, for which a model is trained, and not
/// approximations of softmax attention.
public struct ApproximationStudy: Sendable, Codable, Hashable {
    /// One kernel with its sizes.
    public struct Approximation: Sendable, Codable, Hashable {
        public let kernel: String
        public let mask: Mask
        /// Nil where queries attend to all keys that the mask shows.
        public let selection: BlockSelection?
        public let quality: ApproximationQuality
        /// Its pairs over those of full attention. A product with the mean of a block counts as half a pair.
        public let pairShare: Double
        /// Of a call.
        public let nanoseconds: Estimate
        /// Its time over that of full attention: the median over rounds.
        public let timeRatio: Estimate

        public init(
            kernel: String, mask: Mask, selection: BlockSelection?, quality: ApproximationQuality, pairShare: Double,
            nanoseconds: Estimate, timeRatio: Estimate
        ) {
            self.kernel = kernel
            self.mask = mask
            self.selection = selection
            self.quality = quality
            self.pairShare = pairShare
            self.nanoseconds = nanoseconds
            self.timeRatio = timeRatio
        }

        /// "attention-sink(4+64)".
        public var label: String { kernel + (selection.map { "(\($0.text))" } ?? mask.sizesInBrackets) }
    }

    /// A kernel that does not take the problem, and why.
    public struct Skipped: Sendable, Codable, Hashable {
        public let label: String
        public let reason: String

        public init(label: String, reason: String) {
            self.label = label
            self.reason = reason
        }
    }

    /// Where queries, keys and values come from, in words.
    public let activations: String
    /// Full causal attention.
    public let problem: AttentionProblem
    /// Rows of the output that are compared, of all heads together.
    public let comparedRows: Int
    public let threads: Int
    /// Nil where the system does not tell.
    public let processor: String?
    /// Of a call of full attention.
    public let fullNanoseconds: Estimate
    public let approximations: [Approximation]
    public let skipped: [Skipped]
    /// Kernels whose output is not that of their own formula, with the difference.
    public let wrong: [String]

    public init(
        activations: String, problem: AttentionProblem, comparedRows: Int, threads: Int, processor: String?,
        fullNanoseconds: Estimate, approximations: [Approximation], skipped: [Skipped] = [], wrong: [String] = []
    ) {
        self.activations = activations
        self.problem = problem
        self.comparedRows = comparedRows
        self.threads = threads
        self.processor = processor
        self.fullNanoseconds = fullNanoseconds
        self.approximations = approximations
        self.skipped = skipped
        self.wrong = wrong
    }
}

/// How far outputs that leave out keys are from those of full attention.
public struct ApproximationQuality: Sendable, Codable, Hashable {
    /// √(Σ (o − o′)² / Σ o²) over all compared rows, where o is the output of full attention.
    public let error: Double
    /// The same quotient of single rows.
    public let medianRowError: Double
    /// A tenth of the rows have a larger one.
    public let percentile90RowError: Double
    public let worstRowError: Double
    /// The part of a row's softmax weights under full attention that stands at keys which are kept: the mean over rows.
    public let meanMass: Double
    /// A tenth of the rows keep less.
    public let percentile10Mass: Double
    public let leastMass: Double

    /// - Parameters:
    ///   - rowErrors: those of single rows, at least one.
    ///   - masses: what each row keeps, at least one.
    public init(error: Double, rowErrors: [Double], masses: [Double]) {
        precondition(!rowErrors.isEmpty && !masses.isEmpty, "there is no row to compare")
        let (errors, masses) = (rowErrors.sorted(), masses.sorted())
        self.error = error
        medianRowError = Durations.quantile(0.5, ofSorted: errors)
        percentile90RowError = Durations.quantile(0.9, ofSorted: errors)
        worstRowError = errors[errors.count - 1]
        meanMass = masses.reduce(0, +) / Double(masses.count)
        percentile10Mass = Durations.quantile(0.1, ofSorted: masses)
        leastMass = masses[0]
    }
}
