import Attention
import CVector
import Testing

@testable import Kernels

/// What kernels compute beyond the mask, held to closed forms written down here independently of their code. (That they
/// compute what they say they do is in ConformanceTests, from their own counters.)
struct ComputedPairsTests {
    private func pairs(_ kernel: Kernel, _ mask: Mask, n: Int, heads: (Int, Int) = (1, 1)) throws
        -> Int
    {
        let shape = try AttentionShape(
            queryHeads: heads.0, keyValueHeads: heads.1, queryLength: n, headDimension: 16)
        return try #require(kernel.computedPairs(for: AttentionProblem(shape: shape, mask: mask)))
    }

    private let block = QueryBlock.width
    /// The queries for which keys are left out together: a vector of them, but no fewer than a run of keys.
    private let vector = max(Lanes.lanes, 8)

    @Test(arguments: [1, 2, 5, 32])
    func fusedFullComputesHalfAVectorMoreThanTheTriangle(blocks: Int) throws {
        let n = blocks * block
        #expect(try pairs(.full, .causal, n: n) == n * (n + vector) / 2)
    }

    @Test(arguments: [1, 2, 8], [8, 9, 64])
    func fusedWindowComputesOneVectorMoreThanTheWindow(windowBlocks: Int, blocks: Int) throws {
        let (n, w) = (blocks * block, windowBlocks * block)
        let expected = n * (w + vector) - w * (w + vector) / 2
        #expect(try pairs(.slidingWindow, .slidingWindow(w), n: n) == expected)
    }

    @Test func fusedWindowOfTenMillionTokensComputesNoMoreThanItsBand() throws {
        let (n, w) = (10 << 20, 1024)
        let expected = n * (w + vector) - w * (w + vector) / 2
        #expect(try pairs(.slidingWindow, .slidingWindow(w), n: n) == expected)
    }

    @Test func sharedHeadsNarrowTheBlockInRows() throws {
        // Eight heads share a block, which then spans width/8 rows: less of it is cut off at the band's edges.
        let (n, w) = (32 * block, 4 * block)
        let mask = Mask.slidingWindow(w)
        let apart = try pairs(.slidingWindow, mask, n: n, heads: (8, 8))
        let shared = try pairs(.slidingWindow, mask, n: n, heads: (8, 1))
        let useful = 8 * PairCount(mask: mask, length: n).allowed
        let rows = max(block / 8, 8)
        #expect(shared < apart)
        #expect(Double(shared) / Double(useful) <= 1 + 1.1 * Double(rows) / Double(w))
    }

    @Test func sinksCostAtMostOneTileOfKeysMore() throws {
        let (n, w) = (64 * block, 4 * block)
        let window = try pairs(.slidingWindow, .slidingWindow(w), n: n)
        let sink = try pairs(.attentionSink, .attentionSink(sinks: 8, window: w), n: n)
        // Sinks show to every block past the window's growth, and to those where only some rows see them.
        let blocksWithSinks = (n - w) / block
        #expect(sink == window + block * 8 * blocksWithSinks)
    }

    @Test func chunksComputeTheirTriangles() throws {
        let (n, c) = (32 * block, 4 * block)
        #expect(try pairs(.chunkedLocal, .chunkedLocal(c), n: n) == n / c * (c * (c + vector) / 2))
    }

    @Test func denseMaskComputesTheSquare() throws {
        let n = 8 * block
        #expect(try pairs(.slidingWindowDense, .slidingWindow(5), n: n) == n * n)
        #expect(try pairs(.fullNaive, .causal, n: n) == n * n)
        #expect(try pairs(.fullBidirectional, .full, n: n) == n * n)
    }

    @Test(arguments: [2, 3, 16], [1, 7, 64])
    func overlappingChunksComputeTwiceTheWindow(chunks: Int, w: Int) throws {
        let n = chunks * w
        let computed = try pairs(.chunkedOverlap, .slidingWindow(w), n: n)
        #expect(computed == 2 * n * w - w * w)
        let useful = PairCount(mask: .slidingWindow(w), length: n).allowed
        let ratio = Double(2 * w * (2 * chunks - 1)) / Double(w * (2 * chunks - 1) + 1)
        #expect(abs(Double(computed) / Double(useful) - ratio) < 1e-12)
    }

    @Test(arguments: [2, 4, 64])
    func longformersChunksComputeWhatItsPaperSays(chunks: Int) throws {
        let w = 64
        let n = chunks * w
        // Q·Kᵀ on 2w × 2w chunks, P·V on 3w keys a block, clipped at both ends; a pair is half of each.
        let computed = try pairs(.chunkedOverlapSymmetric, .symmetricWindow(radius: w), n: n)
        #expect(computed == (4 * n * w - 4 * w * w + 3 * n * w - 2 * w * w) / 2)
    }

    @Test func aWindowLongerThanTheTextComputesItOnce() throws {
        #expect(try pairs(.chunkedOverlap, .slidingWindow(1000), n: 100) == 100 * 100)
    }
}
