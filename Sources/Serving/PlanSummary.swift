/// `attnbench plan --json`: the figures of a plan without its sentences. Bytes, seconds, FLOPs and dollars.
///
/// Absent: `maximumContext` where the cache stops growing before the memory is full, dollars where no price is known.
public struct PlanSummary: Sendable, Encodable, Hashable {
    public struct Cache: Sendable, Encodable, Hashable {
        public let bytesPerToken: Double
        public let growingBytesPerToken: Double
        public let boundedBytes: Double
        public let totalBytes: Double
        /// What the usual formula gives: every layer full, no scales.
        public let textbookBytes: Double
        /// The same with hidden / key-value heads for the width of a key.
        public let articleBytes: Double
    }

    public struct Fit: Sendable, Encodable, Hashable {
        public let accelerator: String
        /// The fewest that hold weights and caches.
        public let accelerators: Int
        /// Those that times and dollars are for.
        public let deployed: Int
        public let nodes: Int
        public let fits: Bool
        public let maximumContext: Int?
        public let maximumBatch: Int
    }

    public struct Reading: Sendable, Encodable, Hashable {
        public let flops: Double
        public let attentionFlops: Double
        public let seconds: Double
        public let bound: Prefill.Bound
        public let dollars: Double?
        public let dollarsPerMillionTokens: Double?
        /// n*: where attention costs more than the matrices; absent where windows prevent it.
        public let attentionOvertakesAt: Int?
    }

    public struct Writing: Sendable, Encodable, Hashable {
        /// Read for one token of one sequence: its share of the weights, and its cache.
        public let bytesPerToken: Double
        /// Between two tokens of one sequence.
        public let secondsPerToken: Double
        /// Of all sequences.
        public let tokensPerSecond: Double
        public let bound: Prefill.Bound
        public let dollarsPerMillionTokens: Double?
    }

    public struct Assumptions: Sendable, Encodable, Hashable {
        public let batch: Int
        public let weightTypes: [String]
        public let memoryReserve: Double
        public let computeUtilization: Double
        public let bandwidthUtilization: Double
        public let dollarsPerAcceleratorHour: Double?
        public let priceDate: String?
        public let priceSource: String?
    }

    public let schema = "attnbench-plan/1"
    public let model: String
    public let context: Int
    public let kvType: String
    public let kvCache: Cache
    public let weightsBytes: Double
    public let fit: Fit
    public let prefill: Reading
    public let decode: Writing
    public let assumptions: Assumptions
    /// The same questions for a measured machine; absent where no results were given.
    public let measured: MeasuredSummary?

    public init(_ plan: ServingPlan, measured: MeasuredPlan? = nil) {
        self.measured = measured.map(MeasuredSummary.init)
        let (deployment, cache) = (plan.deployment, plan.cache)
        func bytes(_ formula: KVCache.Formula) -> Double {
            KVCache(plan.model, type: cache.type, formula: formula).bytes(tokens: plan.context)
        }
        model = plan.model.id
        context = plan.context
        kvType = cache.type.name
        kvCache = Cache(
            bytesPerToken: cache.bytesPerToken, growingBytesPerToken: cache.growingBytesPerToken,
            boundedBytes: cache.boundedBytes, totalBytes: bytes(.exact), textbookBytes: bytes(.textbook),
            articleBytes: bytes(.article))
        weightsBytes = plan.fit.weightBytes
        fit = Fit(
            accelerator: deployment.accelerator.id, accelerators: plan.fewestAccelerators, deployed: deployment.count,
            nodes: deployment.nodes, fits: plan.fits, maximumContext: plan.fit.longestContext(on: deployment),
            maximumBatch: plan.largestBatch)
        prefill = Reading(
            flops: plan.prefill.flops, attentionFlops: plan.prefill.attentionFLOPs,
            seconds: plan.prefill.seconds(on: deployment), bound: plan.prefill.bound(on: deployment),
            dollars: plan.prefill.dollars(on: deployment),
            dollarsPerMillionTokens: plan.prefill.dollarsPerMillionTokens(on: deployment),
            attentionOvertakesAt: AttentionShare(plan.model).overtakes)
        decode = Writing(
            bytesPerToken: plan.decode.bytes / Double(plan.batch),
            secondsPerToken: plan.decode.secondsPerStep(on: deployment),
            tokensPerSecond: plan.decode.tokensPerSecond(on: deployment), bound: plan.decode.bound(on: deployment),
            dollarsPerMillionTokens: plan.decode.dollarsPerMillionTokens(on: deployment))
        assumptions = Assumptions(
            batch: plan.batch, weightTypes: plan.model.weights.names, memoryReserve: deployment.reserve,
            computeUtilization: deployment.utilization.compute,
            bandwidthUtilization: deployment.utilization.bandwidth,
            dollarsPerAcceleratorHour: deployment.dollarsPerAcceleratorHour, priceDate: plan.price?.date,
            priceSource: plan.price?.source)
    }
}
