/// The part of `attnbench plan --json` that comes from a results file.
public struct MeasuredSummary: Sendable, Encodable, Hashable {
    public struct Part: Sendable, Encodable, Hashable {
        /// "matrices", or the kernel that the forecast comes from.
        public let from: String
        public let theorySeconds: Double
        public let forecastSeconds: Double
        /// Absent where this length was not run with this mask.
        public let measuredSeconds: Double?
    }

    /// A prompt that several such hosts share, by the model of ranks.
    public struct Shared: Sendable, Encodable, Hashable {
        public let hosts: Int
        public let matrixSeconds: Double
        public let attentionSeconds: Double
        /// The part of `attentionSeconds` that messages add.
        public let exposedSeconds: Double
    }

    public let threads: Int
    public let flopsPerSecond: Double
    public let readBytesPerSecond: Double
    /// Of full attention, for heads of `headDimension`.
    public let nanosecondsPerPair: Double
    public let headDimension: Int
    public let exponent: Double
    public let parts: [Part]
    /// Absent where the results have no ranks.
    public let sharedByHosts: [Shared]?
    public let theorySeconds: Double
    public let forecastSeconds: Double
    public let secondsPerToken: Double
    /// Of a training step on one sequence; absent where no backward pass was measured.
    public let trainingSeconds: Double?
    public let backwardRatio: Double?
    public let dollarsPerMillionInputTokens: Double?
    public let dollarsPerMillionOutputTokens: Double?

    public init(_ plan: MeasuredPlan) {
        let machine = plan.machine
        threads = machine.threads
        flopsPerSecond = machine.flopsPerSecond
        readBytesPerSecond = machine.readBytesPerSecond
        nanosecondsPerPair = machine.full.nanosecondsPerPair
        headDimension = machine.full.headDimension
        exponent = machine.full.law.exponent
        parts = plan.rows.map {
            Part(
                from: $0.kernel ?? "matrices", theorySeconds: $0.theorySeconds, forecastSeconds: $0.forecastSeconds,
                measuredSeconds: $0.measuredSeconds)
        }
        sharedByHosts =
            plan.shared.isEmpty
            ? nil
            : plan.shared.map {
                Shared(
                    hosts: $0.hosts, matrixSeconds: $0.matrixSeconds, attentionSeconds: $0.attentionSeconds,
                    exposedSeconds: $0.exposedSeconds)
            }
        theorySeconds = plan.theorySeconds
        forecastSeconds = plan.forecastSeconds
        secondsPerToken = plan.decodeSeconds
        trainingSeconds = plan.training?.forecastSeconds
        backwardRatio = plan.training?.backwardRatio.value
        dollarsPerMillionInputTokens = plan.dollars(seconds: plan.forecastSeconds).map {
            $0 / Double(plan.context) * 1e6
        }
        dollarsPerMillionOutputTokens = plan.dollars(seconds: plan.decodeSeconds).map { $0 * 1e6 }
    }
}
