import Attention
import Kernels

/// Every way of this program in which ranks share attention, in the order in which lists and legends show them. A new one is
/// a new line here.
extension RankKernel {
    public static let builtIn = [ring, ringZigzag, ringWindow, allGather, heads, splitCache]

    /// Those in which no query sees a key after its own, or every query sees every key.
    private static let lookingBack: [MaskFamily] = [.causal, .full, .slidingWindow, .attentionSink, .chunkedLocal]

    public static let ring = ring(
        "ring", split: .contiguous,
        summary: "slices of keys and values go round, the next one under way while this one is multiplied")
    public static let ringZigzag = ring(
        "ring-zigzag", split: .zigzag,
        summary: "a ring in which each rank holds a slice near either end, so that causal work is even")

    private static func ring(_ name: String, split: TokenSplit, summary: String) -> RankKernel {
        RankKernel(
            name, summary: summary, split: split, masks: [.causal, .full], work: RingAttention.work,
            make: { problem, ready throws(UnsupportedProblem) in try RingAttention(problem, ready) })
    }

    public static let ringWindow = RankKernel(
        "ring-window",
        summary:
            "each rank gets only the keys that its window reaches, from its neighbours: as many whatever the length",
        masks: [.slidingWindow, .attentionSink, .chunkedLocal],
        work: { GatheredKeys.work($0, rank: $1, .neighbours) },
        make: { problem, ready throws(UnsupportedProblem) in try GatheredKeys(problem, ready, .neighbours) })

    public static let allGather = RankKernel(
        "all-gather", summary: "all keys and values to all ranks in one operation, then attention as on one rank",
        masks: lookingBack,
        work: { GatheredKeys.work($0, rank: $1, .collective) },
        make: { problem, ready throws(UnsupportedProblem) in try GatheredKeys(problem, ready, .collective) })

    public static let heads = RankKernel(
        "heads", summary: "all tokens of some heads on each rank, and the outputs back (Ulysses)",
        masks: lookingBack, refusal: HeadsAttention.refusal, work: HeadsAttention.work,
        make: { problem, ready throws(UnsupportedProblem) in try HeadsAttention(problem, ready) })

    public static let splitCache = RankKernel(
        "decode-split-cache", summary: "one token against a cache that ranks share; their outputs are merged",
        phase: .decode, masks: [.causal, .full], work: SplitCacheDecode.work,
        make: { problem, ready throws(UnsupportedProblem) in try SplitCacheDecode(problem, ready) })
}

extension Collection<RankKernel> {
    public func named(_ name: String) throws(UnknownName) -> RankKernel {
        guard let kernel = first(where: { $0.name == name }) else {
            throw UnknownName(name, isNot: "a kernel of ranks", known: map(\.name))
        }
        return kernel
    }
}
