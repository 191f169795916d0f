import Attention

/// Bytes that the kernels of version 1 allocated beside their tensors, in closed form: the theory that reports hold peak
/// memory against, which lines of version 1 do not say. Frozen, as `Version1Kernel` is.
package struct Version1Scratch {
    package let problem: AttentionProblem
    package let threads: Int
    /// float32 lanes of a vector, of the build that measured.
    package let lanes: Int

    package init(problem: AttentionProblem, threads: Int, lanes: Int) {
        self.problem = problem
        self.threads = threads
        self.lanes = lanes
    }

    private static let wordBytes = 4
    private var shape: AttentionShape { problem.shape }
    private var d: Int { shape.headDimension }
    private var groups: Int { shape.batch * shape.keyValueHeads }

    /// Nil where the kernel never took such a mask.
    package func bytes(of kernel: Version1Kernel) -> Int? {
        switch kernel {
        case .full, .slidingWindow, .attentionSink, .chunkedLocal, .fullBidirectional, .symmetricWindow:
            fused(mostKeys: problem.mostVisibleKeys)
        case .slidingWindowDense: fused(mostKeys: shape.keyLength)
        case .fullBLAS: scores(of: rowBlocks(256))
        case .fullNaive: scores(of: [(shape.queryLength, shape.keyLength)])
        case .chunkedOverlap: window.map { scores(of: overlappingBlocks($0, after: 0)) }
        case .chunkedOverlapSymmetric: radius.map { scores(of: overlappingBlocks(max(1, $0), after: max(1, $0))) }
        case .decodeFull, .decodeWindow, .decodeSink, .decodeSinkUnrotated: decode
        case .decodeRecompute: recompute
        case .reference: reference
        }
    }

    // MARK: Fused kernels

    /// Blocks of two vectors of queries, each with its queries, outputs, softmax and bounds; tiles of 144 keys of scores;
    /// and what an element type needs: bfloat16 its values in pairs, float16 its tiles widened.
    private func fused(mostKeys: Int) -> Int {
        let (tileRows, keyTile, width) = (8, 144, 2 * lanes)
        let block = (d + lanes) * width + (d + lanes + tileRows) * width + 4 * width
        let scores = (keyTile + tileRows) * width
        let pairs = (shape.keyLength + 1) / 2
        let (shared, own): (Int, Int) =
            switch problem.elementType {
            case .float32: (0, 0)
            case .bfloat16:
                (
                    groups * pairs * d + (d.isMultiple(of: 2) ? 0 : groups * shape.keyLength * ((d + 1) / 2)) + lanes, 0
                )
            case .float16: (0, 2 * (keyTile * d + lanes))
            }
        return (shared + threads * (blocksOfAPass(mostKeys: mostKeys, width: width) * block + scores + own))
            * Self.wordBytes
    }

    /// Blocks that went over long rows of keys together.
    private func blocksOfAPass(mostKeys: Int, width: Int) -> Int {
        guard mostKeys * 2 * d * problem.elementType.byteCount > 8 << 20 else { return 1 }
        let blocks = groups * ((shape.queryLength * shape.groupSize + width - 1) / width)
        return min(max(1, blocks / (8 * threads)), 8)
    }

    // MARK: Kernels on matrix products

    /// Each worker holds the scores of one block, so the largest counts.
    private func scores(of blocks: [(queries: Int, keys: Int)]) -> Int {
        // A cell that was skipped may have any length.
        let largest = blocks.map { $0.queries.multipliedReportingOverflow(by: $0.keys) }
        guard !largest.contains(where: \.overflow) else { return PlausibleBounds.bytes.upperBound }
        let (bytes, overflows) = (threads * Self.wordBytes).multipliedReportingOverflow(
            by: largest.map(\.partialValue).max()!)
        return overflows ? PlausibleBounds.bytes.upperBound : min(bytes, PlausibleBounds.bytes.upperBound)
    }

    /// Queries in blocks, each against all keys up to its last.
    private func rowBlocks(_ rows: Int) -> [(queries: Int, keys: Int)] {
        cuts(of: rows).map { ($0.count, $0.upperBound + shape.firstPosition) }
    }

    /// Queries in blocks, each against as many keys before it, its own, and so many after it.
    private func overlappingBlocks(_ size: Int, after: Int) -> [(queries: Int, keys: Int)] {
        cuts(of: size).map { queries in
            let (first, end) = (queries.lowerBound + shape.firstPosition, queries.upperBound + shape.firstPosition)
            return (queries.count, min(shape.keyLength, end + after) - max(0, first - size))
        }
    }

    /// The blocks that may be the largest: they grow from the first on, are alike in the middle, and the last two may be
    /// clipped.
    private func cuts(of size: Int) -> [Range<Int>] {
        let count = (shape.queryLength + size - 1) / size
        return Set([0, 1, count - 3, count - 2, count - 1]).filter { (0..<count).contains($0) }
            .map { $0 * size..<min(($0 + 1) * size, shape.queryLength) }
    }

    private var window: Int? { problem.mask.family == .slidingWindow ? problem.mask.left.map { $0 + 1 } : nil }
    private var radius: Int? { problem.mask.family == .symmetricWindow ? problem.mask.left : nil }

    // MARK: Decoding

    private static let tile = 64
    private static func tiles(_ slots: Int) -> Int { (slots + tile - 1) / tile }

    /// Rows were padded to whole vectors.
    private var paddedDimension: Int { (d + 15) / 16 * 16 }

    /// The cache, what each worker needs, what the ranges of a head came to, and the angles of keys that are rotated on
    /// read. No kernel took a mask that looks ahead or has chunks.
    private var decode: Int? {
        guard let kept = keptTokens else { return nil }
        // Keys and values had one format then.
        let format = problem.cacheFormat.key
        let slots = format.blockTokens(of: kept)
        let size = max(8, (Self.tiles(slots) + 31) / 32)
        let ranges = (Self.tiles(slots) + size - 1) / size + (kept > slots ? 1 : 0)
        let partials = shape.batch * shape.queryHeads * ranges * (paddedDimension + 2)
        let angles = problem.positions == .none ? 0 : d / 2 * 2 * (Self.tile + Self.tiles(slots) + 3)
        return cacheBytes(format, slots: slots) + threads * decodeWorkerBytes + (partials + angles) * Self.wordBytes
    }

    private var keptTokens: Int? {
        problem.mask == .full || (problem.mask.isCausal && problem.mask.chunk == nil) ? problem.mostVisibleKeys : nil
    }

    private func cacheBytes(_ format: CacheFormat, slots: Int) -> Int {
        let own = groups * Self.tiles(slots) * tileBytes(format)
        guard format.keepsLatestTokens else { return own }
        let latest = CacheFormat.residualTokens + CacheFormat.blockLength
        return own + groups * Self.tiles(latest) * tileBytes(.float16)
    }

    /// Keys, values and their scales, of 64 tokens.
    private func tileBytes(_ format: CacheFormat) -> Int {
        let elements = Self.tile * paddedDimension
        let scales = elements / CacheFormat.blockLength * (format.blocks?.scaleBytes ?? 0)
        return 2 * (elements * format.storage.elementBits / 8 + scales)
    }

    /// Queries as they turn, outputs, sums, scores of four heads, one tile unpacked; and queries in digits where keys were
    /// multiplied as integers.
    private var decodeWorkerBytes: Int {
        let heads = shape.groupSize
        let words =
            (4 * heads + 4) * paddedDimension + heads * paddedDimension + heads * (lanes + 1) + 3 * 4 * Self.tile
            + 2 * Self.tile * paddedDimension
        let isInteger = problem.positions == .none && [.q8_0, .q4_0].contains(problem.cacheFormat.key)
        return words * Self.wordBytes + (isInteger ? heads * 3584 : 0)
    }

    /// The last tokens as a prompt of their own: its tensors, and the scratch of `full`.
    private var recompute: Int? {
        guard
            let short = try? AttentionShape(
                batch: shape.batch, queryHeads: shape.queryHeads, keyValueHeads: shape.keyValueHeads,
                queryLength: problem.pairs.touchedKeys, headDimension: d),
            let prompt = try? AttentionProblem(
                shape: short, mask: .causal, elementType: problem.elementType, scale: problem.scale)
        else { return nil }
        return Version1Scratch(problem: prompt, threads: threads, lanes: lanes).bytes(of: .full)
            .map { Phase.prefill.tensorBytes(of: prompt) + $0 }
    }

    // MARK: The reference

    /// Of the row that sees most: scores, weights and the output in Double, and a block of keys or values.
    private var reference: Int {
        let keys = problem.mostVisibleKeys
        return min(keys, 4096) * d * Self.wordBytes + (2 * keys + d) * 8
    }
}
