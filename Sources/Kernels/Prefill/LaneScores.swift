import Attention
import CVector

/// The change of scores for a block of queries, each lane with the slope and the position of its query.
struct LaneScores {
    private let change: ScoreChange
    private let firstPosition: Int
    /// [width] each. Distances are those to the first key of the tile at hand.
    private let slopes: UnsafeMutablePointer<Float>
    private let distances: UnsafeMutablePointer<Float>
    private let positions: UnsafeMutablePointer<Int32>

    /// Nothing where scores are not changed.
    static func wordCount(_ problem: AttentionProblem) -> Int {
        problem.scoreForm.changesScores ? 3 * QueryBlock.width : 0
    }

    /// Nil where scores are not changed.
    init?(_ problem: AttentionProblem, storage: UnsafeMutablePointer<Float>) {
        guard let change = ScoreChange(problem) else { return nil }
        self.change = change
        firstPosition = problem.shape.firstPosition
        slopes = storage
        distances = storage + QueryBlock.width
        positions = UnsafeMutableRawPointer(distances + QueryBlock.width)
            .bindMemory(to: Int32.self, capacity: QueryBlock.width)
    }

    /// Takes over the queries of the lanes.
    func take(_ lanes: BlockLanes) {
        guard change.hasALiBi else { return }
        for lane in 0..<QueryBlock.width {
            slopes[lane] = change.slopes[lanes.queryHead(lane)]
            positions[lane] = Int32(firstPosition + lanes.row(lane))
        }
    }

    /// Turns the products of a tile of keys into scores, and finds the largest of each lane, or more.
    /// - Parameter scores: [keys of the tile][width]
    func apply(to scores: UnsafeMutablePointer<Float>, of tile: Range<Int>) -> TwoVectors {
        let change = change
        var largest = TwoVectors(repeating: -.greatestFiniteMagnitude)
        guard change.hasALiBi else {
            for key in 0..<tile.count {
                let row = scores + key &* QueryBlock.width
                let products = TwoVectors(loading: row)
                let changed = TwoVectors(left: change.scaled(products.left), right: change.scaled(products.right))
                changed.write(to: row)
                largest = changed.maximum(largest)
            }
            return largest
        }
        // Whole numbers that float32 holds: up to 2²⁴ tokens back, where the slopes of a model have left no weight.
        for lane in 0..<QueryBlock.width { distances[lane] = Float(positions[lane] - Int32(tile.lowerBound)) }
        let slopes = TwoVectors(loading: slopes)
        var distances = TwoVectors(loading: distances)
        for key in 0..<tile.count {
            let row = scores + key &* QueryBlock.width
            let products = TwoVectors(loading: row)
            let changed = TwoVectors(
                left: change.score(products.left, slope: slopes.left, distance: distances.left),
                right: change.score(products.right, slope: slopes.right, distance: distances.right))
            changed.write(to: row)
            largest = changed.maximum(largest)
            distances = TwoVectors(left: distances.left - broadcast(1), right: distances.right - broadcast(1))
        }
        return largest
    }
}
