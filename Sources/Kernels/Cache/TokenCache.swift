import Attention
import CVector

/// The keys and values of earlier tokens, in a format of its own: what a model that writes reads once a token.
///
/// Storage is [group][tile], a group being one key/value head of one batch and a tile 64 slots (`CacheTileLayout`).
/// Tokens come in the order of the text; a rolling cache overwrites the one that leaves its window. Nothing is
/// allocated after `init`.
///
/// KIVI stores keys in blocks along 32 tokens, so its latest tokens wait in a second cache of float16.
final class TokenCache: @unchecked Sendable {
    let format: CacheFormats
    let retention: TokenRetention
    let groups: Int
    let headDimension: Int
    let layout: CacheTileLayout
    /// Tokens that have come so far, kept or not.
    private(set) var tokenCount = 0
    /// Whether a value has come that the product of bfloat16 words might lose (`BFloat16Range`).
    private(set) var hasSmallValues = false
    /// KIVI's latest tokens; empty for other formats.
    let recent: TokenCache?

    private let tilesPerGroup: Int
    private var storage: Tensor
    /// One row on its way in, and its elements as they are stored.
    private let row: UnsafeMutableBufferPointer<Float>
    private let bits: UnsafeMutablePointer<UInt32>

    /// - Throws: a format that cannot hold such rows, or cannot roll.
    init(
        _ format: CacheFormats, _ retention: TokenRetention, groups: Int, headDimension: Int
    ) throws(UnsupportedProblem) {
        layout = CacheTileLayout(format, headDimension: headDimension)
        for half in [layout.keys, layout.values] {
            guard case .codes = half.words else { continue }
            guard headDimension.isMultiple(of: CacheFormat.blockLength) else {
                throw UnsupportedProblem(
                    "\(half.format.rawValue) stores blocks of \(CacheFormat.blockLength) elements, which do not divide a head "
                        + "dimension of \(headDimension)")
            }
            guard headDimension <= Int(CACHE_LARGEST_DIMENSION) else {
                throw UnsupportedProblem(
                    "\(half.format.rawValue) takes head dimensions up to \(CACHE_LARGEST_DIMENSION), not \(headDimension)"
                )
            }
        }
        if let keeper = format.keptLatest {
            guard format.key == format.value else {
                throw UnsupportedProblem(
                    "\(format): \(keeper.rawValue) keeps the latest keys and values together in float16, so both have to be "
                        + keeper.rawValue)
            }
            if case .rolling = retention {
                throw UnsupportedProblem(
                    "\(keeper.rawValue) groups keys along 32 tokens, which a rolling cache would remove one by one")
            }
        }
        self.format = format
        self.retention = retention
        self.groups = groups
        self.headDimension = headDimension
        let slots = format.blockTokens(of: retention.capacity)
        tilesPerGroup = (slots + CacheTileLayout.tokens - 1) / CacheTileLayout.tokens
        storage = Tensor(dimensions: [max(1, groups * tilesPerGroup * layout.byteCount / 4)])
        row = .allocate(capacity: layout.d)
        row.initialize(repeating: 0)
        bits = .allocate(capacity: layout.d)
        recent =
            format.keptLatest == nil
            ? nil
            : try TokenCache(
                CacheFormats(.float16), .all(capacity: CacheFormat.residualTokens + CacheFormat.blockLength),
                groups: groups,
                headDimension: headDimension)
    }

    deinit {
        row.deallocate()
        bits.deallocate()
    }

    /// What the format needs for the tokens that are kept.
    var byteCount: Int {
        format.byteCount(
            tokens: retention.slotCount(tokens: tokenCount), keyValueHeads: groups, headDimension: headDimension)
    }

    /// What was allocated: whole tiles and padded rows, for as many tokens as there is room for.
    var allocatedBytes: Int { Self.allocatedBytes(format, retention, groups: groups, headDimension: headDimension) }

    static func allocatedBytes(
        _ format: CacheFormats, _ retention: TokenRetention, groups: Int, headDimension: Int
    ) -> Int {
        let slots = format.blockTokens(of: retention.capacity)
        let tiles = (slots + CacheTileLayout.tokens - 1) / CacheTileLayout.tokens
        let own = groups * tiles * CacheTileLayout(format, headDimension: headDimension).byteCount
        guard format.keptLatest != nil else { return own }
        let residual = TokenRetention.all(capacity: CacheFormat.residualTokens + CacheFormat.blockLength)
        return own + allocatedBytes(CacheFormats(.float16), residual, groups: groups, headDimension: headDimension)
    }

    /// Slots whose tokens are in tiles of this format, from the first on.
    var slotCount: Int { format.blockTokens(of: retention.slotCount(tokens: tokenCount)) }

    /// Takes the next token of every group, or the last one again.
    ///
    /// - Parameter token: its position in `inputs`, whose groups and dimension are the cache's.
    /// - Precondition: `token` is the next or the last; there is room for it.
    func write(_ inputs: borrowing AttentionInputs, token: Int) {
        precondition(
            token == tokenCount || token == tokenCount - 1, "token \(token) does not follow \(tokenCount) tokens")
        if case .all(let capacity) = retention { precondition(token < capacity, "no room for token \(token)") }
        // Before a new token comes, the blocks hold what was old enough without it.
        let quantised = format.blockTokens(of: tokenCount)
        tokenCount = token + 1
        if let recent {
            recent.write(inputs, token: token, at: token - quantised)
            if format.blockTokens(of: tokenCount) > quantised { quantiseOldest(firstToken: quantised) }
            return
        }
        write(inputs, token: token, at: retention.slot(ofPosition: token))
    }

    private func write(_ inputs: borrowing AttentionInputs, token: Int, at slot: Int) {
        tokenCount = max(tokenCount, min(slot + 1, retention.capacity))
        let keyLength = inputs.key.dimensions[2]
        withTiles { tiles in
            for group in 0..<groups {
                let tile = tiles + tileOffset(group: group, slot: slot)
                let start = (group * keyLength + token) * headDimension
                let place = slot % CacheTileLayout.tokens
                inputs.key.copy(start, into: row, count: headDimension)
                put(row.baseAddress!, ofValues: false, place, tile)
                inputs.value.copy(start, into: row, count: headDimension)
                if format.value == .bfloat16, !hasSmallValues {
                    hasSmallValues = !row.allSatisfy(BFloat16Range.isExact(value:))
                }
                put(row.baseAddress!, ofValues: true, place, tile)
            }
        }
    }

    /// Forgets all tokens, before as many come again: what is left in their slots is written over then.
    func removeAll() {
        tokenCount = 0
        hasSmallValues = false
        recent?.removeAll()
    }

    /// Forgets the tokens from `count` on, as when a continuation is taken back. Their slots are zeroed: a weight of 0
    /// times what is left there would otherwise be NaN where that is not finite.
    ///
    /// - Precondition: nothing that was kept before them has been overwritten, or quantised with them.
    func truncate(to count: Int) {
        precondition(count <= tokenCount, "\(count) tokens of \(tokenCount)")
        precondition(
            tokenCount <= retention.capacity
                && (recent == nil || format.blockTokens(of: count) == format.blockTokens(of: tokenCount)),
            "tokens before \(count) are gone already")
        let first = format.blockTokens(of: count)
        if let recent {
            recent.truncate(to: count - first)
        } else {
            for slot in count..<tokenCount { clear(slot) }
        }
        tokenCount = count
    }

    private func clear(_ slot: Int) {
        row.update(repeating: 0)
        withTiles { tiles in
            for group in 0..<groups {
                let tile = tiles + tileOffset(group: group, slot: slot)
                put(row.baseAddress!, ofValues: false, slot % CacheTileLayout.tokens, tile)
                put(row.baseAddress!, ofValues: true, slot % CacheTileLayout.tokens, tile)
            }
        }
    }

    /// The storage [group][tile]; the pointer is good within `body` only.
    func withTiles<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        storage.withMutableBytes { body($0.baseAddress!) }
    }

    func tileOffset(group: Int, slot: Int) -> Int {
        (group * tilesPerGroup + slot / CacheTileLayout.tokens) * layout.byteCount
    }

    private func put(
        _ row: UnsafePointer<Float>, ofValues: Bool, _ token: Int, _ tile: UnsafeMutableRawPointer
    ) {
        layout.putRow(row, at: CacheTileLayout.Place(tile: tile, token: token, ofValues: ofValues), bits: bits)
    }

    /// Moves the 32 oldest tokens that wait in float16 into a group of their own.
    private func quantiseOldest(firstToken: Int) {
        let waiting = recent!
        var keys = [Float](repeating: 0, count: CacheFormat.blockLength * layout.d)
        for group in 0..<groups {
            for token in 0..<CacheFormat.blockLength {
                waiting.read(ofValues: false, group: group, slot: token, into: row)
                for x in 0..<headDimension { keys[token * layout.d + x] = row[x] }
                waiting.read(ofValues: true, group: group, slot: token, into: row)
                withTiles {
                    let tile = $0 + tileOffset(group: group, slot: firstToken + token)
                    put(row.baseAddress!, ofValues: true, (firstToken + token) % CacheTileLayout.tokens, tile)
                }
            }
            withTiles {
                layout.putKeyGroup(
                    keys, firstPlace: firstToken % CacheTileLayout.tokens,
                    $0 + tileOffset(group: group, slot: firstToken), bits: bits)
            }
        }
        waiting.shift(by: CacheFormat.blockLength)
    }

    /// Drops the first slots and moves the others down.
    private func shift(by count: Int) {
        for slot in count..<tokenCount {
            for (group, isValue) in (0..<groups).flatMap({ [($0, false), ($0, true)] }) {
                read(ofValues: isValue, group: group, slot: slot, into: row)
                withTiles {
                    put(
                        row.baseAddress!, ofValues: isValue, (slot - count) % CacheTileLayout.tokens,
                        $0 + tileOffset(group: group, slot: slot - count))
                }
            }
        }
        let kept = tokenCount - count
        for slot in kept..<tokenCount { clear(slot) }
        tokenCount = kept
    }

    /// One float16 row, padded.
    private func read(ofValues: Bool, group: Int, slot: Int, into row: UnsafeMutableBufferPointer<Float>) {
        withTiles { tiles in
            let tile = tiles + tileOffset(group: group, slot: slot)
            for x in 0..<layout.d {
                let offset = layout.offset(ofValues: ofValues, token: slot % CacheTileLayout.tokens, x: x)
                row[x] = Float(tile.load(fromByteOffset: offset, as: Float16.self))
            }
        }
    }
}
