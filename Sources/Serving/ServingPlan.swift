/// What one model at one context costs on one kind of accelerator: the figures of `attnbench plan`.
public struct ServingPlan: Sendable, Hashable {
    public let model: Model
    /// Tokens of a sequence, prompt and answer together.
    public let context: Int
    public let batch: Int
    public let cache: KVCache
    public let fit: MemoryFit
    /// The rent that dollars come from; nil where none is known.
    public let price: Price?
    /// The fewest accelerators that hold weights and the batch's caches.
    public let fewestAccelerators: Int
    /// What everything is computed for: as many as asked, else the smallest usual server that holds it.
    public let deployment: Deployment
    /// Reading a prompt of the whole context, one sequence.
    public let prefill: Prefill
    /// Writing the token after it, the whole batch.
    public let decode: Decode

    /// Accelerators that can be had.
    public struct Supply: Sendable, Hashable {
        /// Their kind, use and rent. How many there are says `count`.
        let deployment: Deployment
        /// How many to use; nil for the smallest usual server that holds everything.
        let count: Int?
        /// The rent on file that the deployment's is taken from.
        let price: Price?

        public init(_ deployment: Deployment, count: Int? = nil, price: Price? = nil) {
            self.deployment = deployment
            self.count = count
            self.price = price
        }
    }

    public init(_ cache: KVCache, context: Int, batch: Int = 1, on supply: Supply) {
        let deployment = supply.deployment
        model = cache.model
        self.context = context
        self.batch = batch
        self.cache = cache
        price = supply.price
        fit = MemoryFit(cache)
        fewestAccelerators = fit.fewestAccelerators(tokens: context, batch: batch, like: deployment)
        self.deployment =
            supply.count.map { deployment.with(count: $0) }
            ?? fit.smallestDeployment(tokens: context, batch: batch, like: deployment)
        prefill = Prefill(model, tokens: context)
        decode = Decode(cache, context: context, batch: batch)
    }

    public var fits: Bool { deployment.count >= fewestAccelerators }

    /// The largest batch of sequences of this context that the deployment holds.
    public var largestBatch: Int { fit.largestBatch(tokens: context, on: deployment) }

    /// A prompt's logits come with its last token, so the first token costs no step of its own.
    public var secondsToFirstToken: Double {
        prefill.seconds(on: deployment) + traffic.seconds(tokens: context)
    }

    /// Between two tokens of one sequence.
    public var secondsPerStep: Double { decode.secondsPerStep(on: deployment) + traffic.seconds(tokens: batch) }

    public var tokensPerSecond: Double { Double(batch) / secondsPerStep }

    public var dollarsPerPrompt: Double? { deployment.dollarsPerSecond.map { $0 * secondsToFirstToken } }

    public var dollarsPerMillionInputTokens: Double? { dollarsPerPrompt.map { $0 / Double(context) * 1e6 } }

    public var dollarsPerMillionOutputTokens: Double? {
        deployment.dollarsPerSecond.map { $0 * secondsPerStep / Double(batch) * 1e6 }
    }

    /// The plan of another context or batch on the same accelerators.
    public func with(context: Int? = nil, batch: Int? = nil) -> ServingPlan {
        ServingPlan(
            cache, context: context ?? self.context, batch: batch ?? self.batch,
            on: Supply(deployment, count: deployment.count, price: price))
    }

    /// Sending between the accelerators, which is added to the times.
    public var traffic: Traffic { Traffic(model, on: deployment) }
}
