import Attention
import CVector
import Foundation

/// The keys and values of a cache as the rows of a `WideRow`: unpacked tile by tile, taken token by token.
struct WideCacheRows {
    private let problem: AttentionProblem
    private let cache: TokenCache
    private let slots: Slots
    private let angles: CacheAngles?

    /// Those of the cache that hold a token.
    struct Slots {
        /// Counted over the cache and KIVI's latest tokens, which follow it.
        let first: Int
        let count: Int
        let retention: TokenRetention
    }

    init(_ problem: AttentionProblem, _ cache: TokenCache, _ slots: Slots, _ angles: CacheAngles?) {
        (self.problem, self.cache, self.slots, self.angles) = (problem, cache, slots, angles)
    }

    /// The row of one query over some tiles. `head` counts over batches.
    func attend(head: Int, tiles: Range<Int>, _ queries: UnsafeRawPointer) -> WideRow {
        let d = problem.shape.headDimension
        let query = (0..<d).map { problem.elementType.element(head * d + $0, of: queries) }
        var keys = [Float](repeating: 0, count: CacheTileLayout.tokens * cache.layout.d)
        var values = keys
        var (key, value) = (query, query)
        var wide = WideRow(elements: d)
        let scores = RowScores(of: Accuracy.OutputRow(head: head, row: 0), problem)
        for tile in tiles {
            let tileSlots = tile * CacheTileLayout.tokens..<min((tile + 1) * CacheTileLayout.tokens, slots.count)
            unpack(tileSlots.lowerBound, group: head / problem.shape.groupSize, keys: &keys, values: &values)
            for (run, runSlots) in (angles?.runs ?? [0..<slots.count]).enumerated() {
                let turned = turn(query, run: run, tile: tile)
                for place in runSlots.clamped(to: tileSlots).map({ $0 - tileSlots.lowerBound }) {
                    for x in 0..<d {
                        key[x] = keys[cache_key_word(cache.layout.d, place, x)]
                        value[x] = values[cache_value_word(cache.layout.d, place, x)]
                    }
                    let dot = wide_dot(vector_element_float32, turned, key, d)
                    let capped = scores.capped(dot * Double(problem.scale)) { tanh($0) }
                    let score = capped - scores.penalty(ofKey: position(ofSlot: tileSlots.lowerBound + place))
                    wide.add(score: score, value: value, vector_element_float32)
                }
            }
        }
        return wide
    }

    private func position(ofSlot slot: Int) -> Int {
        slots.retention.position(ofSlot: slots.first + slot, tokens: problem.shape.keyLength)
    }

    private func unpack(_ slot: Int, group: Int, keys: inout [Float], values: inout [Float]) {
        cache.withTiles { tiles in
            let tile = CacheTile(address: tiles + cache.tileOffset(group: group, slot: slot), layout: cache.layout)
            tile.unpackKeys(into: &keys)
            tile.unpackValues(into: &values)
        }
        guard let angles else { return }
        cache_turn_keys(&keys, cache.layout.d, angles.half, angles.keyCosines, angles.keySines)
    }

    /// By what a run of slots and a tile add to the query's position (`CacheAngles`).
    private func turn(_ query: [Float], run: Int, tile: Int) -> [Float] {
        guard let angles else { return query }
        var (byRun, byTile) = (query, query)
        let (ofRun, ofTile) = (angles.turn(ofRun: run), angles.turn(ofTile: tile))
        cache_turn_query(query, angles.half, ofRun.cosines, ofRun.sines, &byRun)
        cache_turn_query(byRun, angles.half, ofTile.cosines, ofTile.sines, &byTile)
        return byTile
    }
}
