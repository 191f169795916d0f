import Statistics

/// How many sequences an engine serves at once: the memory that a real card has left beside weights and working memory,
/// in tokens of cache, as vLLM prints it when it starts.
public struct Concurrency: Sendable, Hashable {
    /// What an engine plans its working memory for.
    public struct Engine: Sendable, Hashable {
        /// Tokens of one step of reading.
        public let batchedTokens: Int
        /// Sequences of one step of writing, for each of which logits are held.
        public let sequences: Int
        /// Context of the device, communication buffers and captured graphs' own.
        public let fixedBytes: Double
        public let source: String

        /// vLLM's defaults for cards below 70 GiB; its profile run holds the logits of 256 sequences in 16 and twice in 32
        /// bits, or a layer's feed-forward activations of a whole step.
        public static let vLLM = Engine(
            batchedTokens: 2048, sequences: 256, fixedBytes: 0.1 * Double(1 << 30),
            source: "vllm/engine/arg_utils.py (2,048 tokens and 256 sequences a step), vllm/v1/worker/gpu_worker.py")
    }

    /// Of one accelerator.
    public let visibleBytes: Double
    public let weightBytes: Double
    public let workingBytes: Double
    /// Left for the cache.
    public let cacheBytes: Double
    /// Tokens of cache for all sequences together.
    public let tokens: Int
    /// Sequences of the plan's context that fit at once, as a ratio.
    public let sequences: Double

    public init(_ plan: ServingPlan, engine: Engine = .vLLM) {
        let deployment = plan.deployment
        let shard = TensorShard(plan.cache, tokens: plan.context, count: deployment.count)
        visibleBytes = deployment.accelerator.realMemoryBytes
        weightBytes = shard.weightBytes
        workingBytes = Self.workingBytes(plan.model, count: deployment.count, engine: engine)
        cacheBytes = max(0, visibleBytes * (1 - deployment.reserve) - weightBytes - workingBytes)
        sequences = cacheBytes / shard.cacheBytes
        tokens = Int(saturating: min(sequences * Double(plan.context), 1e18))
    }

    /// The most that one step holds beside weights and cache.
    private static func workingBytes(_ model: Model, count: Int, engine: Engine) -> Double {
        let widest =
            model.layers.map { layer -> Int in
                switch layer.feedForward {
                case nil: 0
                case .dense(let width, _): width
                case .experts(let experts): max(experts.sharedWidth, experts.width * experts.active)
                }
            }.max() ?? 0
        let step = Double(engine.batchedTokens) * 2 * (3 * Double(widest) / Double(count) + 2 * Double(model.hidden))
        let vocabulary = Double(model.architecture.vocabulary.size)
        let logits = Double(engine.sequences) * vocabulary * (2 + 4 + 4)
        return max(step, logits) + engine.fixedBytes
    }
}
