import Attention
import CVector
import Records

/// The sizes of a worker's memory, in float32 words.
struct DecodeWorkspaceSize {
    let d: Int
    let heads: Int
    let queries: Int
    let outputs: Int
    let sums: Int
    let scores: Int
    let unpacked: Int
    let distances: Int
    /// Queries in digits, for formats whose keys are multiplied as integers.
    let digits: Int

    /// The runs of a rolling cache, each with a turn of its own, and the query as it comes.
    static let queryTurns = 4

    init(_ problem: AttentionProblem, _ product: Tuning.BFloat16Product) {
        d = CacheTileLayout(problem.cacheFormat, headDimension: problem.shape.headDimension).d
        heads = problem.shape.groupSize
        queries = (Self.queryTurns * heads + Int(CACHE_TILE_HEADS)) * d
        outputs = heads * d
        sums = heads * (Lanes.lanes + 1)
        scores = 3 * Int(CACHE_TILE_HEADS) * CacheTileLayout.tokens
        unpacked = 2 * CacheTileLayout.tokens * d
        distances = CachedScores.wordCount(problem)
        let isInteger =
            if case .integers = TileArithmetic(problem, problem.cacheFormat, product).keys { true } else { false }
        digits = isInteger ? heads : 0
    }

    var total: Int { queries + outputs + sums + scores + unpacked + distances }

    var byteCount: Int { total * MemoryLayout<Float>.size + digits * MemoryLayout<cache_digits>.stride }
}

/// What one worker needs to attend a range of keys, allocated once.
final class DecodeWorkspace: @unchecked Sendable {
    private let problem: AttentionProblem
    private let plan: DecodePlan
    private let cache: TokenCache
    private let angles: CacheAngles?
    private let d: Int
    private let heads: Int
    private let factor: Float
    private let storage: UnsafeMutablePointer<Float>
    /// [turns][heads][d], float32 or bfloat16; then room for a chunk's queries turned for one tile.
    private let queries: UnsafeMutablePointer<Float>
    private let turnedQueries: UnsafeMutablePointer<Float>
    /// [heads][d]
    private let outputs: UnsafeMutablePointer<Float>
    /// [heads][lanes] of sums, [heads] of largest scores.
    private let sums: UnsafeMutablePointer<Float>
    private let largest: UnsafeMutablePointer<Float>
    /// [chunk][64] each.
    private let scores: UnsafeMutablePointer<Float>
    private let otherScores: UnsafeMutablePointer<Float>
    private let narrowWeights: UnsafeMutablePointer<Float>
    /// A tile as float32, where its format has no product of its own.
    private let keys: UnsafeMutablePointer<Float>
    private let values: UnsafeMutablePointer<Float>
    /// [heads]; empty but for `TileArithmetic.integers`.
    private let queryDigits: UnsafeMutablePointer<cache_digits>
    /// Nil where softmax takes the products of queries and keys as they are.
    private let cachedScores: CachedScores?

    var countedPairs = 0

    private static let chunk = Int(CACHE_TILE_HEADS)
    private static let tokens = CacheTileLayout.tokens

    init(_ problem: AttentionProblem, _ plan: DecodePlan, _ cache: TokenCache, _ angles: CacheAngles?) {
        self.problem = problem
        self.plan = plan
        self.cache = cache
        self.angles = angles
        let size = DecodeWorkspaceSize(problem, plan.tuning.bfloat16.decode)
        (d, heads) = (size.d, size.heads)
        factor = problem.softmaxScale * log2E
        let raw = UnsafeMutableRawPointer.allocate(byteCount: size.total * MemoryLayout<Float>.size, alignment: 64)
        storage = raw.bindMemory(to: Float.self, capacity: size.total)
        storage.initialize(repeating: 0, count: size.total)
        queries = storage
        turnedQueries = queries + DecodeWorkspaceSize.queryTurns * heads * d
        outputs = queries + size.queries
        sums = outputs + size.outputs
        largest = sums + heads * Lanes.lanes
        scores = sums + size.sums
        otherScores = scores + Self.chunk * Self.tokens
        narrowWeights = otherScores + Self.chunk * Self.tokens
        keys = scores + size.scores
        values = keys + Self.tokens * d
        queryDigits = .allocate(capacity: size.digits)
        cachedScores = CachedScores(problem, plan.retention, storage: keys + size.unpacked)
    }

    deinit {
        UnsafeMutableRawPointer(storage).deallocate()
        queryDigits.deallocate()
    }

    /// Attends the queries of one group over one range of its keys.
    func attend(group: Int, range: Int, _ query: UnsafeRawPointer, into partials: DecodePartials) {
        let keyRange = plan.ranges[range]
        let source = keyRange.isRecent ? cache.recent! : cache
        let slots = keyRange.isRecent ? plan.recentSlots : plan.slots
        let arithmetic = TileArithmetic(problem, source.format, plan.tuning.bfloat16.decode)
        takeQueries(group, query, arithmetic)
        reset()
        source.withTiles { tiles in
            for tile in keyRange.tiles {
                let address = UnsafeRawPointer(
                    tiles + source.tileOffset(group: group, slot: tile * CacheTileLayout.tokens))
                cachedScores?.take(from: (keyRange.isRecent ? plan.slots : 0) + tile * Self.tokens)
                attend(
                    Tile(
                        firstHead: group * heads, number: tile,
                        cached: CacheTile(
                            address: address, layout: source.layout, ahead: plan.tuning.decodePrefetchBytes),
                        visible: min(Self.tokens, slots - tile * Self.tokens)),
                    arithmetic)
            }
        }
        countedPairs += keyRange.tiles.count * Self.tokens * heads
        let isExact = multipliesExactly(source, arithmetic)
        for head in 0..<heads {
            let place = (head: group * heads + head, range: range)
            let sum = vector_horizontal_sum(load(sums, head * Lanes.lanes))
            if isExact, sum > 0, areFinite(outputs + head * d, count: d) {
                let partial = DecodePartial(
                    largestScore: Double(largest[head]) * Double(problem.softmaxScale), sum: Double(sum))
                partials.put(partial, sums: outputs + head * d, at: place)
            } else {
                let held = WideCacheRows.Slots(
                    first: keyRange.isRecent ? plan.slots : 0, count: slots, retention: plan.retention)
                let rows = WideCacheRows(problem, source, held, angles)
                partials.put(rows.attend(head: place.head, tiles: keyRange.tiles, query), at: place)
            }
        }
    }

    /// Of bfloat16 words by such words.
    private func multipliesExactly(_ source: TokenCache, _ arithmetic: TileArithmetic) -> Bool {
        if arithmetic.keys.isNarrow, !BFloat16Range.isQueryExact(queries, words: heads * d / 2) { return false }
        return !arithmetic.values.isNarrow || !source.hasSmallValues
            || !BFloat16Range.isSmall(anyOf: outputs, count: heads * d)
    }

    /// A tile of a cache where it lies.
    private struct Tile {
        /// Of the group, counted over batches.
        let firstHead: Int
        let number: Int
        let cached: CacheTile
        /// Tokens that are there; the rest of the tile is empty.
        let visible: Int
    }

    private func attend(_ tile: Tile, _ arithmetic: TileArithmetic) {
        let cached = tile.cached
        if case .unpacked = arithmetic.values { cached.unpackValues(into: values) }
        if case .unpacked = arithmetic.keys {
            cached.unpackKeys(into: keys)
            if let angles { cache_turn_keys(keys, d, angles.half, angles.keyCosines, angles.keySines) }
        }
        for first in stride(from: 0, to: heads, by: Self.chunk) {
            let count = min(Self.chunk, heads - first)
            switch arithmetic.keys {
            case .direct(let plain):
                cache_scores(plain, cached.plainKeys, queries(first, plain), Int32(count), scores)
            case .integers(let codes):
                cache_code_scores(
                    codes, cached.address, cached.layout.keys.wordBytes, d, queryDigits + first, Int32(count), scores)
            case .unpacked:
                if let angles {
                    turnedScores(tile.number, angles, first: first, count: count)
                } else {
                    cache_scores(
                        cache_layout_float32, unpacked(keys), queries + first * d, Int32(count), scores)
                }
            }
            cachedScores?.apply(to: scores, heads: tile.firstHead + first..<tile.firstHead + first + count)
            hide(from: tile.visible, heads: count)
            let narrow = arithmetic.values.isNarrow
            for head in 0..<count { weigh(head, of: first + head, narrow: narrow) }
            switch arithmetic.values {
            case .direct(let plain):
                cache_values(
                    plain, cached.plainValues, narrow ? narrowWeights : scores, Int32(count), outputs + first * d)
            case .integers(let codes):
                cache_code_values(
                    codes, cached.valuesAddress, cached.layout.values.wordBytes, d, scores, Int32(count),
                    outputs + first * d)
            case .unpacked:
                cache_values(
                    cache_layout_float32, unpacked(values), scores, Int32(count), outputs + first * d)
            }
        }
    }

    /// One half of a tile as float32. It lies in the caches already.
    private func unpacked(_ words: UnsafeMutablePointer<Float>) -> cache_words {
        cache_words(words: words, d: d, ahead: 0)
    }

    /// Rows of bfloat16 take half the words.
    private func queries(_ head: Int, _ layout: cache_layout) -> UnsafePointer<Float> {
        UnsafePointer(queries + (layout == cache_layout_bfloat16 ? head * d / 2 : head * d))
    }

    private func takeQueries(_ group: Int, _ query: UnsafeRawPointer, _ arithmetic: TileArithmetic) {
        let headDimension = problem.shape.headDimension
        for head in 0..<heads {
            let start = (group * heads + head) * headDimension
            if arithmetic.keys.isNarrow {
                UnsafeMutableRawPointer(queries + head * d / 2)
                    .copyMemory(from: query + start * 2, byteCount: headDimension * 2)
                continue
            }
            let row = queries + head * d
            for x in 0..<headDimension { row[x] = problem.elementType.element(start + x, of: query) }
            if case .integers(let codes) = arithmetic.keys { cache_query_digits(codes, row, d, queryDigits + head) }
        }
        guard let angles else { return }
        for run in angles.runs.indices {
            let (cosines, sines) = angles.turn(ofRun: run)
            for head in 0..<heads {
                let turned = queries + ((run + 1) * heads + head) * d
                turned[headDimension - 1] = queries[head * d + headDimension - 1]
                cache_turn_query(queries + head * d, angles.half, cosines, sines, turned)
            }
        }
    }

    /// Each run of slots in the tile has its own turn of the query; a tile within one run, as nearly all are, has one.
    private func turnedScores(_ tile: Int, _ angles: CacheAngles, first: Int, count: Int) {
        let (cosines, sines) = angles.turn(ofTile: tile)
        let tileSlots = tile * Self.tokens..<(tile + 1) * Self.tokens
        for (run, slots) in angles.runs.enumerated() where slots.overlaps(tileSlots) {
            for head in 0..<count {
                let query = queries + ((run + 1) * heads + first + head) * d
                turnedQueries[head * d + problem.shape.headDimension - 1] = query[problem.shape.headDimension - 1]
                cache_turn_query(query, angles.half, cosines, sines, turnedQueries + head * d)
            }
            cache_scores(cache_layout_float32, unpacked(keys), turnedQueries, Int32(count), otherScores)
            let shared = slots.clamped(to: tileSlots)
            for head in 0..<count {
                for slot in shared {
                    let place = head * Self.tokens + slot - tileSlots.lowerBound
                    scores[place] = otherScores[place]
                }
            }
        }
    }

    /// m starts at a finite number rather than −inf: a range that has seen only −inf then computes 2^(−inf) = 0 and not
    /// NaN (as in OnlineSoftmax).
    private func reset() {
        outputs.update(repeating: 0, count: heads * d)
        sums.update(repeating: 0, count: heads * Lanes.lanes)
        largest.update(repeating: -Float.greatestFiniteMagnitude, count: heads)
    }

    /// Slots past the last token weigh nothing.
    private func hide(from visible: Int, heads: Int) {
        guard visible < Self.tokens else { return }
        for head in 0..<heads {
            for place in visible..<Self.tokens { scores[head * Self.tokens + place] = -.infinity }
        }
    }

    /// Scores of one head become weights, and its outputs so far shrink where the largest score has moved.
    private func weigh(_ place: Int, of head: Int, narrow: Bool) {
        let row = scores + place * Self.tokens
        var maximum = broadcast(largest[head])
        for x in stride(from: 0, to: Self.tokens, by: Lanes.lanes) { maximum = vector_max(load(row, x), maximum) }
        let new = vector_largest(maximum)
        let (newLargest, factor) = (broadcast(new), broadcast(factor))
        var sum = load(sums, head * Lanes.lanes)
        if new != largest[head] {
            let shrink = exp2((broadcast(largest[head]) - newLargest) * factor)
            largest[head] = new
            sum *= shrink
            for x in stride(from: head * d, to: (head + 1) * d, by: Lanes.lanes) {
                store(load(outputs, x) * shrink, outputs, x)
            }
        }
        for x in stride(from: 0, to: Self.tokens, by: Lanes.lanes) {
            let weights = exp2((load(row, x) - newLargest) * factor)
            sum += weights
            if narrow {
                let target = UnsafeMutableRawPointer(narrowWeights) + (place * Self.tokens + x) * 2
                vector_store_16(weights, vector_element_bfloat16, target, Lanes.lanes)
            } else {
                store(weights, row, x)
            }
        }
        store(sum, sums, head * Lanes.lanes)
    }
}

/// How the products with the keys and with the values of a tile are computed.
struct TileArithmetic {
    let keys: HalfTileArithmetic
    let values: HalfTileArithmetic

    init(_ problem: AttentionProblem, _ format: CacheFormats, _ product: Tuning.BFloat16Product) {
        let layout = CacheTileLayout(format, headDimension: problem.shape.headDimension)
        keys = HalfTileArithmetic(problem, layout.keys, product)
        values = HalfTileArithmetic(problem, layout.values, product)
    }
}

/// How the product with one half of a tile is computed.
enum HalfTileArithmetic {
    /// On the words as they lie.
    case direct(cache_layout)
    /// On codes as they lie, in integers.
    case integers(cache_codes)
    /// On float32 copies of one tile at a time, which stay in the first two levels of cache.
    case unpacked

    /// bfloat16's own product takes bfloat16 only: queries and weights of another type would lose by it. Turned keys are
    /// float32 in any format.
    init(_ problem: AttentionProblem, _ half: CacheHalfLayout, _ product: Tuning.BFloat16Product) {
        guard problem.positions == .none else {
            self = .unpacked
            return
        }
        switch half.words {
        case .plain(cache_layout_bfloat16) where problem.elementType != .bfloat16 || product == .widened:
            self = .direct(cache_layout_wide_bfloat16)
        case .plain(let layout): self = .direct(layout)
        // Minima have no product in integers.
        case .codes(let codes): self = half.format.blocks?.haveMinima == true ? .unpacked : .integers(codes)
        }
    }

    /// Whether the other factor is narrowed to bfloat16 too.
    var isNarrow: Bool { if case .direct(cache_layout_bfloat16) = self { true } else { false } }
}

extension ElementType {
    /// An element of a tensor's bytes, widened.
    @inline(__always)
    func element(_ index: Int, of bytes: UnsafeRawPointer) -> Float {
        switch self {
        case .float32: bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
        case .bfloat16: Float(bytes.loadUnaligned(fromByteOffset: index * 2, as: BFloat16.self))
        case .float16: Float(bytes.loadUnaligned(fromByteOffset: index * 2, as: Float16.self))
        }
    }
}
