/// A way in which ranks share the tokens of one attention problem, as theory counts it: who holds which tokens, and what each
/// rank computes and receives. docs/many-ranks.md has the same formulas in words.
public enum ContextParallelism: String, Sendable, Hashable, Codable, CaseIterable {
    /// Slices of keys and values go from rank to rank, each while the one before is multiplied.
    case ring
    /// A ring in which each rank holds a slice near either end of the text.
    case ringZigzag = "ring-zigzag"
    /// Each rank gets only those keys of others that its queries see.
    case ringWindow = "ring-window"
    /// All keys go to all ranks in one operation.
    case allGather = "all-gather"
    /// All tokens of some heads go to each rank, and the outputs back (Ulysses).
    case heads
    /// One token against a cache that ranks share; their outputs are merged.
    case splitCache = "decode-split-cache"

    public var phase: Phase { self == .splitCache ? .decode : .prefill }

    public var split: TokenSplit { self == .ringZigzag ? .zigzag : .contiguous }

    /// Those that it takes.
    public var masks: [MaskFamily] {
        switch self {
        case .ring, .ringZigzag, .splitCache: [.causal, .full]
        case .ringWindow: [.slidingWindow, .attentionSink, .chunkedLocal]
        // No query sees a key after its own, or every query sees every key.
        case .allGather, .heads: [.causal, .full, .slidingWindow, .attentionSink, .chunkedLocal]
        }
    }

    /// Whether messages are under way while ranks compute.
    public var overlaps: Bool { self == .ring || self == .ringZigzag }

    /// Why so many ranks cannot share a problem in this way; nil where they can.
    public func refusal(of problem: RankProblem) -> String? {
        if let option = problem.problem.scoreForm.options.first {
            return "ranks compute scores without \(option.noun); leave that out, or compute on one rank"
        }
        guard self == .heads, !problem.queryHeads.isMultiple(of: problem.rankCount) else { return nil }
        return "\(problem.rankCount) ranks cannot share \(problem.queryHeads) query heads evenly"
    }

    /// What each of so many ranks does; nil where they cannot share the problem in this way.
    public func work(of problem: AttentionProblem, ranks: Int) -> [RankWork]? {
        guard masks.contains(where: { $0.contains(problem.mask) }) else { return nil }
        let shared = RankProblem(problem, rankCount: ranks, split: split)
        guard refusal(of: shared) == nil else { return nil }
        return (0..<ranks).map { work(of: shared, rank: $0) }
    }

    /// What one rank does.
    /// - Precondition: the problem is not refused, and is split as this way splits it.
    public func work(of problem: RankProblem, rank: Int) -> RankWork {
        switch self {
        case .ring, .ringZigzag: problem.ringWork(of: rank)
        case .ringWindow: problem.gatheredWork(of: rank, receivedTokens: problem.reach(of: rank))
        case .allGather:
            problem.gatheredWork(of: rank, receivedTokens: problem.tokens - problem.slice(of: rank).count)
        case .heads: problem.headsWork(of: rank)
        case .splitCache: problem.splitCacheWork(of: rank)
        }
    }
}

extension RankProblem {
    /// In step s a rank multiplies its queries with the slices of the rank s places before it, while those of the next one
    /// come in.
    fileprivate func ringWork(of rank: Int) -> RankWork {
        let queries = slices(of: rank)
        func source(_ step: Int) -> Int { ((rank - step) % rankCount + rankCount) % rankCount }
        return RankWork(
            (0..<rankCount).map { step in
                let pairs = slices(of: source(step)).reduce(0) { sum, keys in
                    sum + queries.reduce(0) { $0 + self.pairs(ofQueries: $1, withKeys: keys) }
                }
                let isLast = step == rankCount - 1
                return RankWork.Step(
                    pairs: queryHeads * pairs,
                    receivedBytes: isLast ? 0 : tokenCount(of: source(step + 1)) * tokenBytes)
            })
    }

    /// Keys of other ranks that a rank's queries see.
    fileprivate func reach(of rank: Int) -> Int {
        let tokens = slice(of: rank)
        return tokens.isEmpty
            ? 0 : KeyReach(ofQueries: tokens, mask: problem.mask, length: self.tokens).keyCount(outside: tokens)
    }

    fileprivate func gatheredWork(of rank: Int, receivedTokens: Int) -> RankWork {
        RankWork([
            RankWork.Step(receivedBytes: receivedTokens * tokenBytes),
            RankWork.Step(pairs: queryHeads * pairs(ofQueries: slice(of: rank))),
        ])
    }

    /// Queries, keys and values come, then the outputs of the rank's own tokens.
    fileprivate func headsWork(of rank: Int) -> RankWork {
        let (heads, own) = (HeadShare(of: rank, in: self), tokenCount(of: rank))
        return RankWork([
            RankWork.Step(receivedBytes: (tokens - own) * heads.rowsPerToken * rowBytes),
            RankWork.Step(pairs: heads.query.count * pairs(ofQueries: 0..<tokens)),
            RankWork.Step(receivedBytes: own * (queryHeads - heads.query.count) * rowBytes),
        ])
    }

    /// Parts of the outputs of the heads that this rank merges come, then the outputs of all other heads.
    fileprivate func splitCacheWork(of rank: Int) -> RankWork {
        let heads = mergedHeads(of: rank).count
        return RankWork([
            RankWork.Step(pairs: queryHeads * slice(of: rank).count),
            RankWork.Step(receivedBytes: (rankCount - 1) * heads * partialBytes),
            RankWork.Step(receivedBytes: (queryHeads - heads) * rowBytes),
        ])
    }

    /// Those whose outputs this rank merges, where ranks share a cache.
    package func mergedHeads(of rank: Int) -> Range<Int> {
        TokenSplit.contiguous.slices(of: rank, among: rankCount, tokens: queryHeads)[0]
    }

    /// Output and log-sum-exp of one head, in float32.
    package var partialBytes: Int { (problem.shape.headDimension + 1) * 4 }
}
