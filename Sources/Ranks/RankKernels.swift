import Attention
import Kernels

/// Every way of this program in which ranks share attention, in the order in which lists and legends show them. A new one is
/// a new line here.
extension RankKernel {
    public static let builtIn = [ring, ringZigzag, ringWindow, allGather, heads, splitCache]

    public static let ring = RankKernel(
        .ring, summary: "slices of keys and values go round, the next one under way while this one is multiplied",
        make: { problem, ready throws(UnsupportedProblem) in try RingAttention(problem, ready) },
        bufferBytes: { RingAttention.bufferBytes(of: $0, rank: $1) })

    public static let ringZigzag = RankKernel(
        .ringZigzag, summary: "a ring in which each rank holds a slice near either end, so that causal work is even",
        make: { problem, ready throws(UnsupportedProblem) in try RingAttention(problem, ready) },
        bufferBytes: { RingAttention.bufferBytes(of: $0, rank: $1) })

    public static let ringWindow = RankKernel(
        .ringWindow,
        summary:
            "each rank gets only the keys that its window reaches, from its neighbours: as many whatever the length",
        make: { problem, ready throws(UnsupportedProblem) in try GatheredKeys(problem, ready, .neighbours) },
        bufferBytes: { GatheredKeys.bufferBytes(of: $0, rank: $1, .neighbours) })

    public static let allGather = RankKernel(
        .allGather, summary: "all keys and values to all ranks in one operation, then attention as on one rank",
        make: { problem, ready throws(UnsupportedProblem) in try GatheredKeys(problem, ready, .collective) },
        bufferBytes: { GatheredKeys.bufferBytes(of: $0, rank: $1, .collective) })

    public static let heads = RankKernel(
        .heads, summary: "all tokens of some heads on each rank, and the outputs back (Ulysses)",
        make: { problem, ready throws(UnsupportedProblem) in try HeadsAttention(problem, ready) },
        bufferBytes: { HeadsAttention.bufferBytes(of: $0, rank: $1) })

    public static let splitCache = RankKernel(
        .splitCache, summary: "one token against a cache that ranks share; their outputs are merged",
        make: { problem, ready throws(UnsupportedProblem) in try SplitCacheDecode(problem, ready) },
        bufferBytes: { SplitCacheDecode.bufferBytes(of: $0, rank: $1) })
}

extension Collection<RankKernel> {
    public func named(_ name: String) throws(UnknownName) -> RankKernel {
        guard let kernel = first(where: { $0.name == name }) else {
            throw UnknownName(name, isNot: "a kernel of ranks", known: map(\.name))
        }
        return kernel
    }
}
