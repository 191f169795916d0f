/// What one of P accelerators holds under tensor parallelism: heads and matrices are split, but a head is never cut.
///
/// With more accelerators than key/value heads, or a number that does not divide them, some hold a copy. A latent vector is
/// read by every head, so that each accelerator holds all of it.
public struct TensorShard: Sendable, Hashable {
    public let count: Int
    public let weightBytes: Double
    /// Of one sequence.
    public let cacheBytes: Double
    /// How many times the cache is held in all, 1 where it is split without a rest.
    public let copies: Double
    /// Query heads divide evenly, which engines insist on.
    public let dividesQueryHeads: Bool

    public init(_ cache: KVCache, tokens: Int, count: Int) {
        precondition(count >= 1, "a model lies on at least one accelerator")
        self.count = count
        weightBytes = cache.model.weightBytes / Double(count)
        let held = cache.model.layerKinds.reduce(0) { sum, kind in
            sum + cache.bytes(of: kind, tokens: tokens) * Self.share(of: kind.attention, count: count)
        }
        cacheBytes = held + cache.stateBytes / Double(count)
        copies = cacheBytes * Double(count) / cache.bytes(tokens: tokens)
        dividesQueryHeads = cache.model.layerKinds.allSatisfy {
            $0.attention.dimensions.queryHeads.isMultiple(of: count)
        }
    }

    /// Of the cache of a layer, on the accelerator that holds most.
    private static func share(of attention: AttentionLayer, count: Int) -> Double {
        let heads = attention.dimensions.shardableHeads
        return Double((heads + count - 1) / count) / Double(heads)
    }
}
