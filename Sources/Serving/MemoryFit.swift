import Statistics

/// Do weights and caches fit, and how much does?
///
/// Bytes are taken as split evenly, which tensor parallelism does up to one key/value head per accelerator and pipeline
/// or context parallelism beyond it (see `Parallelism` and `TensorShard`).
public struct MemoryFit: Sendable, Hashable {
    /// Beyond any cluster, and well within what is computed from it.
    private static let most = 1 << 40

    public let weightBytes: Double
    public let cache: KVCache

    public init(_ cache: KVCache) {
        self.cache = cache
        weightBytes = cache.model.weightBytes
    }

    public func bytes(tokens: Int, batch: Int = 1) -> Double {
        weightBytes + Double(batch) * cache.bytes(tokens: tokens)
    }

    /// The fewest accelerators whose usable memory holds weights and `batch` caches.
    public func fewestAccelerators(tokens: Int, batch: Int = 1, like deployment: Deployment) -> Int {
        let usable = deployment.with(count: 1).usableBytes
        return min(max(1, Int(saturating: (bytes(tokens: tokens, batch: batch) / usable).rounded(.up))), Self.most)
    }

    /// The fewest in a size that is rented and sharded: a power of two within a node, whole nodes beyond.
    public func smallestDeployment(tokens: Int, batch: Int = 1, like deployment: Deployment) -> Deployment {
        let fewest = fewestAccelerators(tokens: tokens, batch: batch, like: deployment)
        let node = deployment.accelerator.link.perNode
        var count = 1
        while count < fewest, count < node { count = min(2 * count, node) }
        if count < fewest { count = (fewest + node - 1) / node * node }
        return deployment.with(count: count)
    }

    /// The longest context of one sequence; nil where the cache stops growing before the memory is full. 0 where the
    /// weights alone do not fit.
    public func longestContext(on deployment: Deployment) -> Int? {
        let free = deployment.usableBytes - weightBytes
        return free > 0 ? cache.tokens(within: free) : 0
    }

    /// Sequences of this length that fit at once.
    public func largestBatch(tokens: Int, on deployment: Deployment) -> Int {
        max(0, Int(saturating: (deployment.usableBytes - weightBytes) / cache.bytes(tokens: tokens)))
    }
}
