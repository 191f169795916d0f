/// The exact work of one call, over all batches and heads.
///
/// FLOPs follow the field's convention (flash-attention's benchmarks): two products, one multiplication and one
/// addition each, for every useful pair: 4·d·pairs. Softmax is not counted, neither are pairs that a kernel computes
/// and throws away; these show as `computedPairs` against `usefulPairs`.
public struct Work: Hashable, Sendable {
    /// Pairs that the mask allows.
    public let usefulPairs: Int
    /// Pairs that the kernel computes; nil where it does not say.
    public let computedPairs: Int?
    /// 4 · headDimension · usefulPairs.
    public let flops: Int
    /// Least traffic to memory: Q and the keys and values that some query sees read once, as the cache stores
    /// them, O written once.
    public let bytes: Int

    public init(problem: AttentionProblem, computedPairs: Int?) {
        let shape = problem.shape
        usefulPairs = shape.batch * shape.queryHeads * problem.pairs.allowed
        self.computedPairs = computedPairs
        flops = 4 * shape.headDimension * usefulPairs
        let touched = problem.cacheFormat.byteCount(
            tokens: problem.pairs.touchedKeys, keyValueHeads: shape.batch * shape.keyValueHeads,
            headDimension: shape.headDimension)
        bytes = 2 * shape.queryCount * problem.elementType.byteCount + touched
    }

    /// FLOPs per byte of the least traffic.
    public var intensity: Double { Double(flops) / Double(bytes) }

    /// Computed over useful pairs: 1 is a kernel that wastes nothing. Nil where the kernel does not say what it computes.
    public var overhead: Double? { computedPairs.map { Double($0) / Double(usefulPairs) } }
}
