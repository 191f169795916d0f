import Attention
import CVector

/// The first and the last key that each lane of a block sees, of its sinks or of its band.
struct LaneBounds {
    /// First keys [width], then last keys [width].
    private let keys: UnsafeMutablePointer<Int32>
    /// Keys that all lanes see.
    private(set) var seenByAll = 0..<0

    static var wordCount: Int { 2 * QueryBlock.width }

    init(storage: UnsafeMutablePointer<Float>) {
        keys = UnsafeMutableRawPointer(storage).bindMemory(to: Int32.self, capacity: Self.wordCount)
    }

    /// Takes over one of the visible ranges of each lane.
    mutating func set(_ lanes: BlockLanes, _ pairs: PairCount, _ range: (VisibleKeys) -> Range<Int>) {
        var (latestStart, earliestEnd) = (0, Int.max)
        var row = -1
        var visible = 0..<0
        for lane in 0..<QueryBlock.width {
            if lanes.row(lane) != row {
                row = lanes.row(lane)
                visible = range(pairs.visibleKeys(row: row))
                latestStart = max(latestStart, visible.lowerBound)
                earliestEnd = min(earliestEnd, visible.upperBound)
            }
            keys[lane] = Int32(visible.lowerBound)
            keys[QueryBlock.width + lane] = Int32(visible.upperBound - 1)
        }
        seenByAll = latestStart..<max(latestStart, earliestEnd)
    }

    /// Every lane sees all of these keys.
    mutating func showToAll(_ keys: Range<Int>) { seenByAll = keys }

    func areSeenByAll(_ tile: Range<Int>) -> Bool { tile.clamped(to: seenByAll) == tile }

    /// Puts −inf where a lane does not see a key, and finds the largest scores again.
    /// - Parameter scores: [keys of the tile][width]
    func mask(_ scores: UnsafeMutablePointer<Float>, of tile: Range<Int>) -> TwoVectors {
        let second = Lanes.lanes
        let bounds = UnsafePointer(keys)
        let (firstLeft, firstRight) = (load(bounds, 0), load(bounds, second))
        let lastLeft = load(bounds, QueryBlock.width)
        let lastRight = load(bounds, QueryBlock.width + second)
        let seenByAll = seenByAll
        var left = broadcast(-.greatestFiniteMagnitude)
        var right = left
        var score = scores
        for key in tile {
            var scoreLeft = load(score, 0)
            var scoreRight = load(score, second)
            if !seenByAll.contains(key) {
                scoreLeft = vector_keep_visible(scoreLeft, Int32(key), firstLeft, lastLeft)
                scoreRight = vector_keep_visible(scoreRight, Int32(key), firstRight, lastRight)
                store(scoreLeft, score, 0)
                store(scoreRight, score, second)
            }
            left = vector_max(scoreLeft, left)
            right = vector_max(scoreRight, right)
            score += QueryBlock.width
        }
        return TwoVectors(left: left, right: right)
    }
}
