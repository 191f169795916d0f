/// `attnbench plan --json`: the figures of a plan without its sentences. Bytes, seconds, FLOPs and dollars.
///
/// Absent: `maximumContext` where the cache stops growing before the memory is full, dollars where no price is known.
public struct PlanSummary: Sendable, Encodable, Hashable {
    public struct Parameters: Sendable, Encodable, Hashable {
        /// Counted from the dimensions: matrices without norms and biases.
        public let counted: Int
        public let active: Int
        /// As the publisher states them; absent where they are not known.
        public let published: Double?
        /// Outside the language model, by name.
        public let components: [String: Int]
    }

    public struct Context: Sendable, Encodable, Hashable {
        public let tokens: Int
        /// Absent where positions are not stretched.
        public let trainedTokens: Int?
        public let scaling: String?
        public let factor: Double?
    }

    /// Under tensor parallelism over all accelerators, on each of them.
    public struct Shard: Sendable, Encodable, Hashable {
        public let weightsBytes: Double
        public let cacheBytes: Double
        public let cacheCopies: Double
        public let dividesQueryHeads: Bool
    }

    /// As an engine would start: see `Concurrency`.
    public struct Sequences: Sendable, Encodable, Hashable {
        public let cacheBytesPerAccelerator: Double
        public let tokens: Int
        public let sequences: Double
    }

    public struct Cache: Sendable, Encodable, Hashable {
        public let bytesPerToken: Double
        public let growingBytesPerToken: Double
        public let boundedBytes: Double
        public let totalBytes: Double
        /// Of recurrent layers, whatever the context.
        public let stateBytes: Double
        /// What the usual formula gives: every layer full, no scales.
        public let textbookBytes: Double
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
        public let tensorParallel: Shard
        public let concurrency: Sequences
    }

    public struct Reading: Sendable, Encodable, Hashable {
        public let flops: Double
        public let attentionFlops: Double
        public let seconds: Double
        /// The part of them that accelerators spend sending to one another.
        public let trafficSeconds: Double
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
        public let cacheAllocation: String
        public let weightTypes: [String]
        public let memoryReserve: Double
        public let computeUtilization: Double
        public let bandwidthUtilization: Double
        public let dollarsPerAcceleratorHour: Double?
        public let priceDate: String?
        /// When the accelerator's figures were last compared with their sources.
        public let acceleratorDate: String
        public let priceSource: String?
    }

    public let schema = "attnbench-plan/1"
    public let model: String
    public let context: Int
    public let declaredContext: Context
    public let parameters: Parameters
    /// Everything that the plan says as a caution.
    public let cautions: [String]
    public let kvType: String
    public let kvCache: Cache
    public let weightsBytes: Double
    public let fit: Fit
    public let prefill: Reading
    public let decode: Writing
    public let assumptions: Assumptions
    /// What the plan says of a measured machine; absent where no results were given.
    public let measured: MeasuredSummary?
    /// A corpus in the context against retrieval; absent without `--rag`.
    public let retrieval: RetrievalSummary?

    public init(
        _ plan: ServingPlan, cautions: [String], measured: MeasuredPlan? = nil, retrieval: ContextOrRetrieval? = nil
    ) {
        self.cautions = cautions
        self.measured = measured.map(MeasuredSummary.init)
        self.retrieval = retrieval.map(RetrievalSummary.init)
        declaredContext = Context(plan.model.release.context)
        parameters = Parameters(plan.model)
        let (deployment, cache) = (plan.deployment, plan.cache)
        func bytes(_ formula: KVCache.Formula) -> Double {
            KVCache(plan.model, type: cache.type, formula: formula).bytes(tokens: plan.context)
        }
        model = plan.model.id
        context = plan.context
        kvType = cache.type.name
        kvCache = Cache(
            bytesPerToken: cache.bytesPerToken, growingBytesPerToken: cache.growingBytesPerToken,
            boundedBytes: cache.boundedBytes, totalBytes: cache.bytes(tokens: plan.context),
            stateBytes: cache.stateBytes, textbookBytes: bytes(.textbook))
        weightsBytes = plan.fit.weightBytes
        fit = Fit(
            accelerator: deployment.accelerator.id, accelerators: plan.fewestAccelerators, deployed: deployment.count,
            nodes: deployment.nodes, fits: plan.fits, maximumContext: plan.fit.longestContext(on: deployment),
            maximumBatch: plan.largestBatch, tensorParallel: Shard(plan), concurrency: Sequences(plan))
        prefill = Reading(
            flops: plan.prefill.flops, attentionFlops: plan.prefill.attentionFLOPs,
            seconds: plan.secondsToFirstToken, trafficSeconds: plan.traffic.seconds(tokens: plan.context),
            bound: plan.prefill.bound(on: deployment), dollars: plan.dollarsPerPrompt,
            dollarsPerMillionTokens: plan.dollarsPerMillionInputTokens,
            attentionOvertakesAt: AttentionShare(plan.model).overtakes)
        decode = Writing(
            bytesPerToken: plan.decode.bytes / Double(plan.batch),
            secondsPerToken: plan.secondsPerStep, tokensPerSecond: plan.tokensPerSecond,
            bound: plan.decode.bound(on: deployment), dollarsPerMillionTokens: plan.dollarsPerMillionOutputTokens)
        assumptions = Assumptions(
            batch: plan.batch, cacheAllocation: cache.allocation.name, weightTypes: plan.model.weights.names,
            memoryReserve: deployment.reserve,
            computeUtilization: deployment.utilization.compute,
            bandwidthUtilization: deployment.utilization.bandwidth,
            dollarsPerAcceleratorHour: deployment.dollarsPerAcceleratorHour, priceDate: plan.price?.date.description,
            acceleratorDate: deployment.accelerator.date.description,
            priceSource: plan.price?.source)
    }
}

extension PlanSummary.Context {
    fileprivate init(_ context: DeclaredContext) {
        self.init(
            tokens: context.tokens, trainedTokens: context.scaling?.trainedTokens, scaling: context.scaling?.method,
            factor: context.scaling?.factor)
    }
}

extension PlanSummary.Parameters {
    fileprivate init(_ model: Model) {
        self.init(
            counted: model.parameterCount.total, active: model.parameterCount.active,
            published: model.release.published?.parameters,
            components: Dictionary(
                model.architecture.components.map { ($0.name, $0.parameters) }, uniquingKeysWith: +))
    }
}

extension PlanSummary.Shard {
    fileprivate init(_ plan: ServingPlan) {
        let shard = TensorShard(plan.cache, tokens: plan.context, count: plan.deployment.count)
        self.init(
            weightsBytes: shard.weightBytes, cacheBytes: shard.cacheBytes, cacheCopies: shard.copies,
            dividesQueryHeads: shard.dividesQueryHeads)
    }
}

extension PlanSummary.Sequences {
    fileprivate init(_ plan: ServingPlan) {
        let concurrency = Concurrency(plan)
        self.init(
            cacheBytesPerAccelerator: concurrency.cacheBytes, tokens: concurrency.tokens,
            sequences: concurrency.sequences)
    }
}
