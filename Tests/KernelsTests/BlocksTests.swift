import Attention
import Testing

@testable import Kernels

/// The two cuts of a problem into blocks, block by block: every key that a row sees lies in its block, and the memory
/// that a worker gets holds the largest.
struct BlocksTests {
    private static let queryLengths = [1, 2, 3, 7, 16, 31, 64, 100, 255, 257, 700]
    /// Keys before the first query's own.
    private static let cached = [0, 1, 9, 300]

    @Test(arguments: queryLengths, cached)
    func scoreBlocksHoldWhatTheirRowsSee(queryLength: Int, cached: Int) throws {
        let shape = try AttentionShape(queryLength: queryLength, keyLength: queryLength + cached, headDimension: 1)
        for size in [1, 2, 7, 50, 63, 64, 65, 99, 100, 101, 1000] {
            let cuts: [(Mask, ScorePartition)] = [
                (.slidingWindow(size), .overlappingChunks), (.symmetricWindow(radius: size), .overlappingSquares),
                (.symmetricWindow(radius: 0), .overlappingSquares), (.causal, .rows(size)), (.causal, .whole),
            ]
            for (mask, partition) in cuts {
                let problem = try AttentionProblem(shape: shape, mask: mask)
                let blocks = ScoreBlocks(problem: problem, partition: partition)
                let all = (0..<blocks.count).map { blocks[$0] }
                #expect(blocks.largestScoreCount == all.map { $0.queries.count * $0.keys.count }.max())
                #expect(blocks.largestKeyCount == all.map(\.keys.count).max())
                for block in all {
                    let holdsAll = block.queries.allSatisfy {
                        problem.pairs.visibleKeys(row: $0).band.isInside(block.keys)
                    }
                    #expect(holdsAll && block.keys.upperBound <= shape.keyLength, "\(mask) \(block)")
                }
            }
        }
    }

    /// Group sizes that do not divide the width of a block, and that exceed it.
    @Test(arguments: [1, 2, 3, 5, 31, 33, 40], cached)
    func queryBlocksGoOverWhatTheirRowsSee(groupSize: Int, cached: Int) throws {
        let masks: [Mask] = [
            .full, .causal, .slidingWindow(1), .slidingWindow(9), .slidingWindow(64), .symmetricWindow(radius: 0),
            .symmetricWindow(radius: 5), .symmetricWindow(radius: 500), .attentionSink(sinks: 0, window: 1),
            .attentionSink(sinks: 4, window: 1), .attentionSink(sinks: 50, window: 20),
            .attentionSink(sinks: 500, window: 3), .chunkedLocal(1), .chunkedLocal(5), .chunkedLocal(64),
        ]
        for queryLength in Self.queryLengths.filter({ $0 <= 100 }) {
            let shape = try AttentionShape(
                queryHeads: groupSize, keyValueHeads: 1, queryLength: queryLength, keyLength: queryLength + cached,
                headDimension: 1)
            for mask in masks {
                let problem = try AttentionProblem(shape: shape, mask: mask)
                let blocks = QueryBlocks(problem: problem, coverage: .visible)
                for block in 0..<blocks.countPerGroup {
                    let keys = blocks.keys(ofBlock: block)
                    let seenByLeft = keys.band.range.dropLast(keys.band.seenByRightOnly)
                    let seenByRight = keys.band.range.dropFirst(keys.band.seenByLeftOnly)
                    let holdsAll = (0..<QueryBlock.width).allSatisfy { lane in
                        let visible = problem.pairs.visibleKeys(row: blocks.row(ofLane: lane, block))
                        let seen = lane < Lanes.lanes ? seenByLeft : seenByRight
                        return visible.sinks <= keys.sinks.range.count && visible.band.isInside(seen)
                    }
                    #expect(holdsAll, "\(mask), \(queryLength) queries, block \(block)")
                    let pairs = Lanes.lanes * (seenByLeft.count + seenByRight.count + 2 * keys.sinks.range.count)
                    #expect(blocks.computedPairs(block: block) == pairs)
                }
            }
        }
    }

    /// Tiles cover a range, none is larger than asked for, and none but the last is shorter than another.
    @Test(arguments: [0, 1, 8, 31, 128, 136, 144, 145, 288, 1056, 4096])
    func tilesAreEqual(count: Int) {
        let keys = BlockKeys(5..<5 + count)
        let tile = keys.tileCount(atMost: 144)
        #expect(tile <= 144 && tile.isMultiple(of: 8))
        #expect(tile * ((count + 143) / 144) >= count)
        #expect((tile - 8) * ((count + 143) / 144) < max(count, 1))
    }

    @Test func aTileHasItsShareOfTheEdges() {
        let keys = BlockKeys(8..<40, seenByLeftOnly: 16, seenByRightOnly: 8)
        let tiles = [keys.clamped(to: 8..<16), keys.clamped(to: 16..<32), keys.clamped(to: 32..<40)]
        #expect(tiles.map(\.seenByLeftOnly) == [8, 8, 0])
        #expect(tiles.map(\.seenByRightOnly) == [0, 0, 8])
        #expect(tiles.reduce(0) { $0 + $1.computedPairs } == keys.computedPairs)
    }
}

extension Range<Int> {
    fileprivate func isInside(_ other: Range<Int>) -> Bool { clamped(to: other) == self }
}
