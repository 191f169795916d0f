import Attention
import Records

/// What a decoding step keeps, and how its keys are cut into ranges that workers share.
///
/// The cut depends on the problem alone, never on the team: the same problem gives the same bits on any number of
/// threads. Ranges are at least 512 keys, whose work (some 13 µs) hides the handing out of an item, and at most 32 for
/// a head, so that combining them stays below a hundredth of the time from 4 K keys on.
struct DecodePlan {
    /// Tiles of one part of a cache: of its blocks, or of the latest tokens that wait in float16.
    struct KeyRange {
        let tiles: Range<Int>
        let isRecent: Bool
    }

    let retention: TokenRetention
    /// Slots in the cache's own format, and those of KIVI's latest tokens.
    let slots: Int
    let recentSlots: Int
    let ranges: [KeyRange]
    let tuning: Tuning

    private static let smallestRange = 8
    private static let mostRanges = 32

    /// - Precondition: the problem has one query.
    init(_ problem: AttentionProblem, _ tuning: Tuning = .standard) throws(UnsupportedProblem) {
        self.tuning = tuning
        let length = problem.shape.keyLength
        retention = try Self.retention(problem.mask, length: length)
        let kept = retention.slotCount(tokens: length)
        slots = problem.cacheFormat.blockTokens(of: kept)
        recentSlots = kept - slots
        let tiles = Self.tiles(slots)
        let size = max(Self.smallestRange, (tiles + Self.mostRanges - 1) / Self.mostRanges)
        var ranges = stride(from: 0, to: tiles, by: size).map {
            KeyRange(tiles: $0..<min($0 + size, tiles), isRecent: false)
        }
        if recentSlots > 0 { ranges.append(KeyRange(tiles: 0..<Self.tiles(recentSlots), isRecent: true)) }
        self.ranges = ranges
    }

    /// Every key, where the window reaches back to the first: such a cache never rolls.
    private static func retention(_ mask: Mask, length: Int) throws(UnsupportedProblem) -> TokenRetention {
        guard mask.chunk == nil, mask.isCausal || mask.isUnmasked else {
            throw UnsupportedProblem(
                "a cache stores all tokens, or the first and the last ones; \(mask) needs others")
        }
        guard let window = mask.bandWidth else { return .all(capacity: length) }
        let rolling = TokenRetention.rolling(sinks: mask.sinks, window: window)
        return rolling.capacity < length ? rolling : .all(capacity: length)
    }

    static func tiles(_ slots: Int) -> Int { (slots + CacheTileLayout.tokens - 1) / CacheTileLayout.tokens }

    /// Keys that every query head goes over: whole tiles.
    var computedKeys: Int { CacheTileLayout.tokens * (Self.tiles(slots) + Self.tiles(recentSlots)) }
}
