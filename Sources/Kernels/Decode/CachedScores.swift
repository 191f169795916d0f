import Attention
import CVector

/// The change of scores for the tiles of a cache, whose lanes are tokens: each head with its slope, each slot with the position of its
/// token.
struct CachedScores {
    private let change: ScoreChange
    private let length: Int
    private let retention: TokenRetention
    /// Distances back to the tokens of the tile at hand [64].
    private let distances: UnsafeMutablePointer<Float>

    private static let tokens = CacheTileLayout.tokens

    /// Nothing where scores are not changed.
    static func wordCount(_ problem: AttentionProblem) -> Int { problem.scoreForm.changesScores ? tokens : 0 }

    /// Nil where scores are not changed.
    init?(_ problem: AttentionProblem, _ retention: TokenRetention, storage: UnsafeMutablePointer<Float>) {
        guard let change = ScoreChange(problem) else { return nil }
        (self.change, self.retention, length) = (change, retention, problem.shape.keyLength)
        distances = storage
    }

    /// Takes the tokens of a tile.
    /// - Parameter slot: of its first token, counted over the cache and KIVI's latest tokens, which follow it.
    func take(from slot: Int) {
        guard change.hasALiBi else { return }
        for place in 0..<Self.tokens {
            distances[place] = Float(length - 1 - retention.position(ofSlot: slot + place, tokens: length))
        }
    }

    /// Turns the products of some heads with the tile that was taken into scores. Heads count over batches.
    /// - Parameter scores: [heads][64]
    func apply(to scores: UnsafeMutablePointer<Float>, heads: Range<Int>) {
        for (row, head) in heads.enumerated() {
            let row = scores + row * Self.tokens
            guard change.hasALiBi else {
                for x in stride(from: 0, to: Self.tokens, by: Lanes.lanes) {
                    store(change.scaled(load(row, x)), row, x)
                }
                continue
            }
            let slope = broadcast(change.slopes[head % change.slopes.count])
            for x in stride(from: 0, to: Self.tokens, by: Lanes.lanes) {
                store(change.score(load(row, x), slope: slope, distance: load(distances, x)), row, x)
            }
        }
    }
}
