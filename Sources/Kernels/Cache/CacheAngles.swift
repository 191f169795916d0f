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
    /// Of tile t by −64·t.
    private let tileTurns: Turns
    /// Of a run by P − o.
    private let runTurns: Turns

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
        let tiles = DecodePlan.tiles(slots)
        let words = max(1, Self.words(headDimension: headDimension, slots: slots))
        keyCosines = .allocate(capacity: words)
        keyCosines.initialize(repeating: 0, count: words)
        keySines = keyCosines + half * CacheTileLayout.tokens
        tileTurns = Turns(floats: keySines + half * CacheTileLayout.tokens, count: tiles, half: half)
        runTurns = Turns(floats: tileTurns.floats + 2 * half * tiles, count: Self.mostRuns, half: half)
        for pair in 0..<half {
            let frequency = Rotary.frequency(ofPair: pair, headDimension: headDimension)
            for place in 0..<CacheTileLayout.tokens {
                keyCosines[pair * CacheTileLayout.tokens + place] = Float(cos(Double(place) * frequency))
                keySines[pair * CacheTileLayout.tokens + place] = Float(sin(Double(place) * frequency))
            }
            for tile in 0..<tiles {
                tileTurns.set(tile, pair: pair, angle: -Double(tile * CacheTileLayout.tokens) * frequency)
            }
            for (index, run) in runs.enumerated() {
                runTurns.set(index, pair: pair, angle: Double(slots - 1 - run.origin) * frequency)
            }
        }
    }

    deinit { keyCosines.deallocate() }

    func turn(ofRun run: Int) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) { runTurns.turn(run) }

    func turn(ofTile tile: Int) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) { tileTurns.turn(tile) }
}

/// Cosines [count][half] of some angles, and behind them their sines.
private struct Turns {
    let floats: UnsafeMutablePointer<Float>
    let count: Int
    let half: Int

    func set(_ index: Int, pair: Int, angle: Double) {
        floats[index * half + pair] = Float(cos(angle))
        floats[(count + index) * half + pair] = Float(sin(angle))
    }

    func turn(_ index: Int) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        (UnsafePointer(floats + index * half), UnsafePointer(floats + (count + index) * half))
    }
}

/// Rotary positions (Su et al. 2021) in the arrangement of Llama and Hugging Face transformers: element i turns with
/// element i + d/2, by position · 10000^(−2i/d) radians. With odd d the last element stays.
enum Rotary {
    /// Of Su et al., and of most models up to 8K tokens; longer ones raise it, which changes no cost.
    static let base = 10_000.0

    /// Radians that a pair of elements turns from one position to the next.
    static func frequency(ofPair pair: Int, headDimension: Int) -> Double {
        pow(base, -2 * Double(pair) / Double(headDimension))
    }

    /// One row of a query or key turned to a position, the slow way: every sine is computed again.
    static func turned<Real: BinaryFloatingPoint>(_ row: [Real], position: Int) -> [Real] {
        let half = row.count / 2
        var turned = row
        for pair in 0..<half {
            let angle = Double(position) * frequency(ofPair: pair, headDimension: row.count)
            let (cosine, sine) = (Real(cos(angle)), Real(sin(angle)))
            turned[pair] = row[pair] * cosine - row[pair + half] * sine
            turned[pair + half] = row[pair + half] * cosine + row[pair] * sine
        }
        return turned
    }
}
