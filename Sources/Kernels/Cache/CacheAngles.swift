import Foundation

/// The sines and cosines of a cache that is rotated on read (`PositionEncoding.cacheRelativeRotary`), where the token in
/// a slot stands at place p of what is kept.
///
/// A score depends on the distance to the query at place P only, and turns add: the query turned by P − o − 64·t against
/// the key turned by j is the query at P against the key at o + 64·t + j, slot 64·t + j in a run of slots that begins at
/// origin o. So keys turn by one small table that is the same for every tile, and the query by one turn for each tile
/// and run: no table as long as the cache, which would cost as many bytes to read as keys do.
///
/// A model works out the query's own turn once a token, for all layers and heads; here it is made once, too, when the
/// kernel is.
final class CacheAngles: @unchecked Sendable {
    let half: Int
    /// Runs of slots (`TokenRetention.runs`).
    let runs: [Range<Int>]
    /// Cosines [half][64] and sines of a key's place in its tile.
    let keyCosines: UnsafeMutablePointer<Float>
    let keySines: UnsafeMutablePointer<Float>
    /// [tiles][half], by −64·t.
    private let tileTurns: UnsafeMutablePointer<Float>
    /// [runs][half], by P − o.
    private let runTurns: UnsafeMutablePointer<Float>
    private let tiles: Int

    private static let mostRuns = 3

    static func words(headDimension: Int, slots: Int) -> Int {
        headDimension / 2 * 2 * (CacheTileLayout.tokens + DecodePlan.tiles(slots) + mostRuns)
    }

    init(headDimension: Int, _ retention: TokenRetention, tokens: Int) {
        let half = headDimension / 2
        let runs = retention.runs(tokens: tokens)
        let slots = retention.slotCount(tokens: tokens)
        self.half = half
        self.runs = runs.map(\.slots)
        tiles = DecodePlan.tiles(slots)
        let words = max(1, Self.words(headDimension: headDimension, slots: slots))
        keyCosines = .allocate(capacity: words)
        keyCosines.initialize(repeating: 0, count: words)
        keySines = keyCosines + half * CacheTileLayout.tokens
        tileTurns = keySines + half * CacheTileLayout.tokens
        runTurns = tileTurns + 2 * half * tiles
        for pair in 0..<half {
            let frequency = Rotary.frequency(ofPair: pair, headDimension: headDimension)
            for place in 0..<CacheTileLayout.tokens {
                keyCosines[pair * CacheTileLayout.tokens + place] = Float(cos(Double(place) * frequency))
                keySines[pair * CacheTileLayout.tokens + place] = Float(sin(Double(place) * frequency))
            }
            for tile in 0..<tiles {
                set(tileTurns, tile, of: tiles, pair, angle: -Double(tile * CacheTileLayout.tokens) * frequency)
            }
            for (index, run) in runs.enumerated() {
                set(runTurns, index, of: Self.mostRuns, pair, angle: Double(slots - 1 - run.origin) * frequency)
            }
        }
    }

    deinit { keyCosines.deallocate() }

    private func set(_ turns: UnsafeMutablePointer<Float>, _ index: Int, of count: Int, _ pair: Int, angle: Double) {
        turns[index * half + pair] = Float(cos(angle))
        turns[(count + index) * half + pair] = Float(sin(angle))
    }

    func turn(ofRun run: Int) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        (UnsafePointer(runTurns + run * half), UnsafePointer(runTurns + (Self.mostRuns + run) * half))
    }

    func turn(ofTile tile: Int) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        (UnsafePointer(tileTurns + tile * half), UnsafePointer(tileTurns + (tiles + tile) * half))
    }
}
