import Foundation
import Testing

@testable import Attention

/// What linear attention is counted as.
@Suite struct WeightingTests {
    private static func problem(
        _ heads: (query: Int, keyValue: Int), queries: Int, keys: Int, d: Int, type: ElementType = .float32
    ) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(
                batch: 2, queryHeads: heads.query, keyValueHeads: heads.keyValue, queryLength: queries, keyLength: keys,
                headDimension: d), mask: .causal, elementType: type, weighting: .linear)
    }

    /// 2·d² FLOPs for each query, and 2·d² for each key.
    @Test(arguments: [(1, 1, 7, 7, 4), (8, 2, 64, 64, 128), (3, 1, 5, 9, 3), (4, 4, 1, 1, 1)])
    func aPromptReadsAndUpdatesItsState(query: Int, keyValue: Int, queries: Int, keys: Int, d: Int) throws {
        let problem = try Self.problem((query, keyValue), queries: queries, keys: keys, d: d)
        let work = Work(.prefill, problem: problem, computedPairs: nil)
        let flops = 2 * (2 * d * d * query * queries + 2 * d * d * keyValue * keys)
        // Half a pair is counted as one.
        #expect(work.flops >= flops && work.flops - flops <= 2 * d)
        #expect(work.flops == 4 * d * work.usefulPairs)
        #expect(work.bytes == 2 * 4 * d * (2 * query * queries + 2 * keyValue * keys))
    }

    @Test func aStepDoesNotDependOnWhatCameBefore() throws {
        let works = try [1, 100, 1_000_000].map {
            Work(
                .decode, problem: try Self.problem((8, 2), queries: 1, keys: $0, d: 64, type: .bfloat16),
                computedPairs: nil)
        }
        #expect(Set(works).count == 1)
        // 8 + 2 states of 64 × 64 elements that are read or updated, of two batches.
        #expect(works[0].flops == 2 * (8 + 2) * 2 * 64 * 64)
        // Two states, each read and written in float32; queries and outputs, and one key and one value, of two bytes.
        #expect(works[0].bytes == 2 * 2 * 2 * 64 * 64 * 4 + 2 * 2 * 64 * (2 * 8 + 2 * 2))
    }

    @Test func aProblemOfAnEarlierBuildHasSoftmax() throws {
        let linear = try Self.problem((1, 1), queries: 4, keys: 4, d: 8)
        let data = try JSONEncoder().encode(linear)
        #expect(try JSONDecoder().decode(AttentionProblem.self, from: data) == linear)
        var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(fields["weighting"] as? String == "linear")
        fields["weighting"] = nil
        let older = try JSONDecoder().decode(
            AttentionProblem.self, from: try JSONSerialization.data(withJSONObject: fields))
        #expect(older.weighting == .softmax)
        fields["weighting"] = "cubic"
        let unknown = try JSONSerialization.data(withJSONObject: fields)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(AttentionProblem.self, from: unknown) }
    }

    /// Predictions go to lengths at which whole numbers would overflow.
    @Test func predictedPairsAreTheUsefulOnes() throws {
        for (query, keyValue, queries, keys, d) in [(1, 1, 7, 7, 4), (8, 2, 64, 64, 128), (3, 1, 5, 9, 3)] {
            let linear = try Self.problem((query, keyValue), queries: queries, keys: keys, d: d)
            for weighting in Weighting.allCases {
                for phase in [Phase.prefill, .decode] {
                    let (pairs, heads) = (linear.pairs, linear.shape.headCounts)
                    let whole = Double(weighting.usefulPairs(pairs, heads, phase: phase))
                    #expect((0...0.5).contains(whole - weighting.predictedPairs(pairs, heads, phase: phase)))
                }
            }
        }
        let far = PairCount(mask: .causal, length: 1 << 31)
        let heads = HeadCounts(batch: 1 << 20, query: 1 << 20, keyValue: 1, dimension: 64)
        #expect(Weighting.softmax.predictedPairs(far, heads, phase: .prefill) > 1e30)
    }

    /// Short texts need fewer pairs without a state.
    @Test func aKernelMayComputeEachPairOfAShortText() throws {
        let short = try Self.problem((1, 1), queries: 8, keys: 8, d: 64)
        let work = Work(.prefill, problem: short, computedPairs: nil)
        #expect(short.weighting.fewestPairs(short.pairs, short.shape.headCounts, phase: .prefill) == 2 * 36)
        #expect(work.usefulPairs == 2 * 8 * 64)
    }

    @Test func aStateHasNoWindow() throws {
        let shape = try AttentionShape(queryLength: 8, headDimension: 4)
        for mask in [Mask.slidingWindow(3), .attentionSink(sinks: 1, window: 2), .chunkedLocal(4)] {
            #expect(throws: ProblemError.stateMask(.linear, mask)) {
                try AttentionProblem(shape: shape, mask: mask, weighting: .linear)
            }
        }
        _ = try AttentionProblem(shape: shape, mask: .full, weighting: .linear)
    }

    /// Nine products a pair are counted too.
    @Test func theLargestProblemIsCountedInEveryPhase() throws {
        let shape = try AttentionShape(batch: 1 << 18, queryLength: 1 << 17, headDimension: 64)
        let problem = try AttentionProblem(shape: shape, mask: .full)
        for phase in Phase.allCases { #expect(Work(phase, problem: problem, computedPairs: nil).flops > 0) }
        let larger = try AttentionShape(batch: 1 << 18, queryLength: 1 << 17, headDimension: 128)
        #expect(throws: ProblemError.self) { try AttentionProblem(shape: larger, mask: .full) }
    }

    @Test func otherSizesKeepTheWeights() throws {
        let problem = try Self.problem((2, 1), queries: 4, keys: 4, d: 8)
        let longer = try problem.resized(to: AttentionShape(queryLength: 9, headDimension: 8))
        #expect(
            longer.weighting == .linear && longer.elementType == problem.elementType && longer.scale == problem.scale)
    }

    /// A state of d × d elements is work too.
    @Test func aStateThatCannotBeCountedIsRefused() throws {
        let shape = try AttentionShape(queryLength: 1, headDimension: 1 << 40)
        #expect(throws: ProblemError.self) { try AttentionProblem(shape: shape, mask: .causal, weighting: .linear) }
        _ = try AttentionProblem(shape: shape, mask: .causal)
    }
}
