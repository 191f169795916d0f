import Attention
import Testing

@testable import Ranks

/// The closed forms of what ranks compute and receive, against the formulas of articles and against counting.
@Suite struct RankWorkTests {
    private static func work(
        _ kernel: RankKernel, _ mask: Mask, ranks: Int, _ sizes: (tokens: Int, query: Int, keyValue: Int) = (960, 8, 4)
    ) throws -> [RankWork] {
        let problem = try AttentionProblem(
            shape: AttentionShape(
                queryHeads: sizes.query, keyValueHeads: sizes.keyValue,
                queryLength: kernel.phase == .decode ? 1 : sizes.tokens, keyLength: sizes.tokens, headDimension: 32),
            mask: mask, elementType: .bfloat16)
        let shared = try kernel.problem(problem, ranks: ranks)
        return (0..<ranks).map { kernel.work(of: shared, rank: $0) }
    }

    @Test(arguments: [1, 2, 3, 4, 5], [1, 3, 16, 61]) func pairsAreAllPairs(ranks: Int, tokens: Int) throws {
        for kernel in RankKernel.builtIn where kernel.phase == .prefill {
            for mask in kernel.masks.flatMap(Self.masks) {
                let counted = (0..<tokens).reduce(0) { $0 + mask.visibleKeys(at: $1, keyLength: tokens).count }
                let work = try Self.work(kernel, mask, ranks: ranks, (tokens, 60, 60))
                #expect(work.reduce(0) { $0 + $1.pairs } == 60 * counted, "\(kernel.name) \(mask)")
            }
        }
    }

    private static func masks(of family: MaskFamily) -> [Mask] {
        switch family {
        case .causal: [.causal]
        case .full: [.full]
        case .slidingWindow: [.slidingWindow(7)]
        case .attentionSink: [.attentionSink(sinks: 3, window: 7)]
        default: [.chunkedLocal(5)]
        }
    }

    /// (P − 1) · 2 · n/P · Hkv · d · b.
    @Test(arguments: [1, 2, 3, 4, 5, 8]) func ringAndGatherMoveAllOtherSlices(ranks: Int) throws {
        for kernel in [RankKernel.ring, .ringZigzag, .allGather] {
            for work in try Self.work(kernel, .causal, ranks: ranks) {
                #expect(work.receivedBytes == (ranks - 1) * 2 * 960 / ranks * 4 * 32 * 2, "\(kernel.name)")
            }
        }
    }

    /// (P − 1)/P² · n · (2H + 2Hkv) · d · b, and copies of keys and values where there are fewer of their heads than ranks.
    @Test func headsMoveLess() throws {
        for ranks in [1, 2, 4] {
            for work in try Self.work(.heads, .causal, ranks: ranks) {
                #expect(work.receivedBytes == (ranks - 1) * 960 * (2 * 8 + 2 * 4) * 32 * 2 / (ranks * ranks))
            }
        }
        for work in try Self.work(.heads, .causal, ranks: 8) {
            #expect(work.receivedBytes == 7 * 960 * (2 * 8 + 2 * 8) * 32 * 2 / 64)
        }
    }

    @Test func aWindowMovesTheSameAtEveryLength() throws {
        let lengths = [240, 960, 96_000]
        let bytes = try lengths.map {
            try Self.work(.ringWindow, .slidingWindow(41), ranks: 4, ($0, 8, 4)).map(\.receivedBytes)
        }
        #expect(bytes == Array(repeating: [0] + Array(repeating: 2 * 40 * 4 * 32 * 2, count: 3), count: 3))
    }

    /// The last of P slices has 2P − 1 parts of P² in its triangle, twice the mean less the diagonal.
    @Test(arguments: [2, 3, 4, 8]) func contiguousSlicesAreUneven(ranks: Int) throws {
        let tokens = 960_000
        let most = 2 - 1 / Double(ranks)
        let contiguous = try Self.work(.ring, .causal, ranks: ranks, (tokens, 8, 4)).balance
        #expect(abs(1 / contiguous - most) < 1e-5)
        let zigzag = try Self.work(.ringZigzag, .causal, ranks: ranks, (tokens, 8, 4)).map(\.pairs)
        #expect(Set(zigzag).count == 1)
        #expect(try Self.work(.ring, .full, ranks: ranks).balance == 1)
    }

    @Test func aSplitCacheMovesOutputsOnly() throws {
        let short = try Self.work(.splitCache, .causal, ranks: 4)
        let long = try Self.work(.splitCache, .causal, ranks: 4, (96_000, 8, 4))
        #expect(short.map(\.receivedBytes) == long.map(\.receivedBytes))
        #expect(short.allSatisfy { $0.receivedBytes == 3 * 2 * (32 + 1) * 4 + 6 * 32 * 2 })
        #expect(long.reduce(0) { $0 + $1.pairs } == 8 * 96_000)
    }
}
