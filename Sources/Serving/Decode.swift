import Attention

/// Writing one token for each of a batch of sequences that all stand at the same context.
///
/// A step reads the weights once for the whole batch, and each sequence's cache; it takes the longer of moving those
/// bytes and doing the FLOPs.
public struct Decode: Sendable, Hashable {
    public let context: Int
    public let batch: Int
    public let weightBytes: Double
    public let cacheBytes: Double
    public let flops: Double

    public init(_ cache: KVCache, context: Int, batch: Int = 1) {
        precondition(context >= 1 && batch >= 1, "a step has at least one sequence of one token")
        let model = cache.model
        self.context = context
        self.batch = batch
        weightBytes = model.weightBytesRead(batch: Double(batch))
        cacheBytes = Double(batch) * cache.bytes(tokens: context)
        let attention = model.layerKinds.reduce(0) {
            $0 + Double($1.count) * $1.attention.decodeFLOPs(context: context)
        }
        flops =
            Double(batch)
            * (2 * Double(model.parameterCount.active) + attention + model.architecture.recurrenceFLOPsPerToken)
    }

    public var bytes: Double { weightBytes + cacheBytes }
    public var intensity: Double { flops / bytes }

    public func secondsPerStep(on deployment: Deployment) -> Double {
        max(bytes / deployment.bytesPerSecond, flops / deployment.flopsPerSecond)
    }

    public func bound(on deployment: Deployment) -> Prefill.Bound {
        bytes / deployment.bytesPerSecond >= flops / deployment.flopsPerSecond ? .bandwidth : .compute
    }

    public func tokensPerSecond(on deployment: Deployment) -> Double {
        Double(batch) / secondsPerStep(on: deployment)
    }

    public func dollarsPerMillionTokens(on deployment: Deployment) -> Double? {
        deployment.dollarsPerSecond.map { $0 * secondsPerStep(on: deployment) / Double(batch) * 1e6 }
    }

    /// The context at which a single sequence's cache takes as many bytes as the weights that a token uses; nil where it
    /// never does.
    public static func contextWhereCacheOutweighsWeights(_ cache: KVCache) -> Int? {
        let weights = cache.model.weightBytesRead(batch: 1)
        return cache.tokens(within: weights).map { $0 + 1 }
    }
}
