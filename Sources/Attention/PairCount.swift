import Foundation

/// The exact number of (query, key) pairs that a mask allows per head, in closed form.
///
/// Every formula is a prefix sum A(t): the pairs of the queries at positions 0..<t. A call whose queries are the last
/// q of k positions (chunked prefill, decode) has A(k) − A(k−q) pairs, so one formula serves square and rectangular
/// shapes.
public struct PairCount: Hashable, Sendable {
    public let mask: Mask
    public let queryLength: Int
    public let keyLength: Int
    /// Nil where queries attend to all keys that the mask shows.
    public let selection: BlockSelection?

    /// - Precondition: lengths are not negative, and only a mask that hides nothing takes more queries than keys.
    public init(mask: Mask, queryLength: Int, keyLength: Int, selection: BlockSelection? = nil) {
        precondition(
            queryLength >= 0 && keyLength >= 0 && (mask.isUnmasked || queryLength <= keyLength),
            "\(mask) cannot count \(queryLength) queries against \(keyLength) keys")
        self.mask = mask
        self.queryLength = queryLength
        self.keyLength = keyLength
        self.selection = selection
    }

    public init(mask: Mask, length: Int) {
        self.init(mask: mask, queryLength: length, keyLength: length)
    }

    /// Pairs that the mask allows; those of the selected blocks where there is a selection.
    public var allowed: Int {
        if let selection {
            return selection.pairs(before: keyLength) - selection.pairs(before: keyLength - queryLength)
        }
        if mask.isUnmasked { return queryLength * keyLength }
        return prefix(keyLength) - prefix(keyLength - queryLength)
    }

    /// Products of queries and means of blocks, by which blocks are selected. Each takes 2·d FLOPs, half of what a pair takes.
    public var blockScores: Int {
        selection.map { $0.scores(before: keyLength) - $0.scores(before: keyLength - queryLength) } ?? 0
    }

    /// Keys that at least one query sees: what has to be read. Less than all of them where a window or a chunk ends
    /// before the first query of a rectangular call does, as in decoding.
    public var touchedKeys: Int {
        guard queryLength > 0 else { return 0 }
        if let selection {
            // All blocks from the first query's own on, and the fewest earlier ones: those that one query selects.
            let own = selection.earlierBlocks(at: keyLength - queryLength)
            return keyLength - selection.blockLength * (own - min(own, selection.blocks - 1))
        }
        // The first query's band starts before all others', and these follow on one another up to the last key.
        let first = mask.visibleKeys(at: max(0, keyLength - queryLength), keyLength: keyLength).band.lowerBound
        return keyLength - first + min(mask.sinks, first)
    }

    /// The count that articles quote: n²/2 for causal attention, n·w for a window; off by the terms of lower order.
    public var textbook: Double {
        let half = Double(mask.chunk ?? keyLength) / 2
        let before = mask.left.map { min(Double($0 + 1), half) } ?? half
        let after = mask.right.map { min(Double($0), half) } ?? half
        return Double(queryLength) * (Double(mask.sinks) + before + after)
    }

    /// d ln(pairs) / d ln(length) of self-attention at this length, by a symmetric difference of 1/16 of it at most:
    /// 2 for full attention, from 2 down to 1 for a window as the length passes it.
    public var localExponent: Double {
        let step = max(1, keyLength / 32)
        guard keyLength > step else { return .nan }
        let below = Double(PairCount(mask: mask, length: keyLength - step).allowed)
        let above = Double(PairCount(mask: mask, length: keyLength + step).allowed)
        return log(above / below) / log(Double(keyLength + step) / Double(keyLength - step))
    }

    /// The keys that query `row` of this call may see.
    public func visibleKeys(row: Int) -> VisibleKeys {
        mask.visibleKeys(at: keyLength - queryLength + row, keyLength: keyLength)
    }

    /// A(t), for t up to `keyLength`: each query's own key, the keys before it, and those after it.
    private func prefix(_ positions: Int) -> Int { positions + keysBefore(positions) + keysAfter(positions) }

    /// A chunk that is longer than the text is one chunk, and so is no chunk at all.
    private var chunk: Int { max(1, min(mask.chunk ?? keyLength, keyLength)) }

    /// Σ over i < t of the keys before i that its query sees: min(i, sinks + min(left, i mod c)), c the chunk.
    ///
    /// Up to the chunk in which the sinks end, that is min(i, sinks + left). From the next chunk on all sinks lie before
    /// the band, and each chunk adds the same.
    private func keysBefore(_ positions: Int) -> Int {
        let withinSinks = min(positions, (mask.sinks + chunk - 1) / chunk * chunk)
        let (chunks, rest) = (positions - withinSinks).quotientAndRemainder(dividingBy: chunk)
        return clippedSum(withinSinks, mask.left.map { mask.sinks + $0 })
            + mask.sinks * (positions - withinSinks)
            + chunks * clippedSum(chunk, mask.left) + clippedSum(rest, mask.left)
    }

    /// Σ over i < t of the keys after i that its query sees: `right`, as far as there are keys up to the end of the chunk or
    /// up to the last sink, whichever is later.
    ///
    /// In the chunks that consist of sinks that end is the last sink. In every later chunk it is the chunk's own, or the
    /// text's.
    private func keysAfter(_ positions: Int) -> Int {
        if mask.right == 0 { return 0 }
        /// Of the first `count` of `length` positions with nothing after them.
        func first(_ count: Int, of length: Int) -> Int {
            clippedSum(length, mask.right) - clippedSum(length - count, mask.right)
        }
        let withinSinks = min(positions, mask.sinks / chunk * chunk)
        let (chunks, rest) = (positions - withinSinks).quotientAndRemainder(dividingBy: chunk)
        return first(withinSinks, of: min(mask.sinks, keyLength))
            + chunks * clippedSum(chunk, mask.right)
            + first(rest, of: min(chunk, keyLength - (positions - rest)))
    }

    /// Σ min(p, limit) over p < `count`; nil is no limit.
    private func clippedSum(_ count: Int, _ limit: Int?) -> Int {
        guard count > 0 else { return 0 }
        let growing = min(count - 1, limit ?? count)
        return growing * (growing + 1) / 2 + (count - 1 - growing) * growing
    }
}

extension PairCount {
    /// Bytes of the means of blocks that a decoding step reads beside its cache, in float32. A prompt makes them from its keys.
    public func meanBytes(_ heads: HeadCounts, phase: Phase) -> Int {
        phase == .decode ? heads.batch * heads.keyValue * blockScores * heads.dimension * MemoryLayout<Float>.size : 0
    }
}

/// The exact work of one call, over all batches and heads.
///
/// FLOPs follow the field's convention (flash-attention's benchmarks): for every useful pair one multiplication and one
/// addition for each product of the phase and each element of a head. That is 4·d·pairs in a forward pass, 10·d·pairs in a
/// backward pass, and 2·(d + m)·pairs where values are the first m elements of keys. Linear attention has as many pairs as cost
/// the same (`Weighting`), and so have the products by which blocks of keys are selected.
/// Softmax is not counted, neither are pairs that a kernel computes and throws away; these show as
/// `computedPairs` against `usefulPairs`.
public struct Work: Hashable, Sendable, Codable {
    /// Pairs that the mask allows; of linear attention d for a token, as much as its state takes.
    public let usefulPairs: Int
    /// Pairs that the kernel computes; nil where it does not say.
    public let computedPairs: Int?
    /// `AttentionProblem.flopsPerPair` · usefulPairs.
    public let flops: Int
    /// Least traffic to memory: Q and the keys and values that some query sees read once, as the cache stores
    /// them, O written once. Values that are a part of the keys are not read again. Where there are gradients, as much again for
    /// these; where there is a state, it is read and written; where a step selects blocks, their means are read. In a loss all that
    /// a call reads and writes.
    public let bytes: Int

    public init(_ phase: Phase, problem: AttentionProblem, computedPairs: Int?) {
        let shape = problem.shape
        let (weighting, pairs, heads) = (problem.weighting, problem.pairs, shape.headCounts)
        usefulPairs = weighting.usefulPairs(pairs, heads, phase: phase)
        self.computedPairs = computedPairs
        flops = problem.flopsPerPair(phase) * usefulPairs
        let touched = problem.cacheFormat.byteCount(
            tokens: weighting.readKeys(pairs, phase: phase), keyValueHeads: shape.batch * shape.keyValueHeads,
            headDimension: shape.headDimension, latent: problem.latent)
        let rows = shape.batch * shape.queryHeads * shape.queryLength
        let rowBytes = (shape.headDimension + problem.valueDimension) * problem.elementType.byteCount
        bytes =
            phase == .loss
            ? phase.tensorBytes(of: problem)
            : phase.tensorsPerOperand * (rows * rowBytes + touched)
                + weighting.stateBytes(heads, phase: phase) + pairs.meanBytes(heads, phase: phase)
    }

    private enum Key: CodingKey { case usefulPairs, computedPairs, flops, bytes }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(usefulPairs, forKey: .usefulPairs)
        // Null where it is nil, since a missing field could also be a forgotten one.
        try container.encode(computedPairs, forKey: .computedPairs)
        try container.encode(flops, forKey: .flops)
        try container.encode(bytes, forKey: .bytes)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        usefulPairs = try container.decode(Int.self, forKey: .usefulPairs)
        computedPairs = try container.decode(Int?.self, forKey: .computedPairs)
        flops = try container.decode(Int.self, forKey: .flops)
        bytes = try container.decode(Int.self, forKey: .bytes)
    }

    /// FLOPs per byte of the least traffic.
    public var intensity: Double { Double(flops) / Double(bytes) }

    /// Computed over useful pairs: 1 is a kernel that wastes nothing. Nil where the kernel does not say what it computes.
    public var overhead: Double? { computedPairs.map { Double($0) / Double(usefulPairs) } }
}
