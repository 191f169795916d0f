import Foundation
import Testing

@testable import Attention

/// What attention to selected blocks is counted as.
@Suite struct BlockSelectionTests {
    private static let sizes = [(1, 1), (1, 4), (2, 1), (2, 3), (3, 4), (8, 2), (5, 16), (100, 3), (2, 1000)]

    /// The closed forms, against going through all queries.
    @Test(arguments: sizes) func countsAreSumsOverQueries(blocks: Int, length: Int) throws {
        let selection = try BlockSelection(blocks: blocks, blockLength: length)
        for keys in 1...70 {
            for queries in Set([1, keys / 2, keys]).filter({ $0 > 0 }) {
                let pairs = PairCount(mask: .causal, queryLength: queries, keyLength: keys, selection: selection)
                var (allowed, scores) = (0, 0)
                for position in keys - queries..<keys {
                    let earlier = position / length
                    allowed += position % length + 1 + min(blocks - 1, earlier) * length
                    scores += blocks > 1 && earlier >= blocks ? earlier : 0
                }
                #expect(pairs.allowed == allowed && pairs.blockScores == scores, "\(queries)/\(keys)")
                let own = (keys - queries) / length
                #expect(pairs.touchedKeys == keys - length * own + length * min(blocks - 1, own))
            }
        }
    }

    @Test func withoutAChoiceItIsCausalAttention() throws {
        let selection = try BlockSelection(blocks: 8, blockLength: 16)
        for length in [1, 16, 100, 128] {
            let pairs = PairCount(mask: .causal, queryLength: length, keyLength: length, selection: selection)
            #expect(pairs.allowed == PairCount(mask: .causal, length: length).allowed && pairs.blockScores == 0)
        }
        #expect(PairCount(mask: .causal, queryLength: 130, keyLength: 130, selection: selection).blockScores == 2 * 8)
    }

    /// Files and engines may name any number: what is longer than the text is the text, up to the largest size that can be counted.
    @Test func sizesBeyondTheTextAreCountedAsTheText() throws {
        let (causal, largest) = (PairCount(mask: .causal, length: 100), AttentionShape.longestLength)
        #expect(throws: MaskError.self) { try BlockSelection(blocks: 1, blockLength: largest + 1) }
        #expect(throws: MaskError.self) { try BlockSelection(blocks: largest + 1, blockLength: 1) }
        for (blocks, length) in [(1, largest), (largest, 1), (largest, largest)] {
            let selection = try BlockSelection(blocks: blocks, blockLength: length)
            let pairs = PairCount(mask: .causal, queryLength: 100, keyLength: 100, selection: selection)
            #expect(pairs.allowed == causal.allowed && pairs.blockScores == 0 && pairs.touchedKeys == 100)
            let problem = try AttentionProblem(
                shape: AttentionShape(queryLength: 100, headDimension: 8), mask: .causal, selection: selection)
            let read = try JSONDecoder().decode(AttentionProblem.self, from: JSONEncoder().encode(problem))
            #expect(read == problem)
        }
    }

    /// Half a pair for each product with a mean, summed over heads and rounded up.
    @Test func theWorkHasBothTerms() throws {
        let problem = try Self.problem(blocks: 3, blockLength: 4, length: 33)
        let work = Work(.prefill, problem: problem, computedPairs: nil)
        let pairs = problem.pairs
        #expect(work.usefulPairs == 2 * 4 * pairs.allowed + (2 * 4 * pairs.blockScores + 1) / 2)
        #expect(work.bytes == 4 * 8 * 33 * 2 * (2 * 4 + 2 * 2))
    }

    /// A step reads the keys of k blocks and the means of all others.
    @Test func aStepReadsMeansAndItsBlocks() throws {
        let shape = try AttentionShape(
            queryHeads: 4, keyValueHeads: 2, queryLength: 1, keyLength: 1027, headDimension: 8)
        let problem = try AttentionProblem(
            shape: shape, mask: .causal, elementType: .bfloat16,
            selection: BlockSelection(blocks: 3, blockLength: 8))
        let work = Work(.decode, problem: problem, computedPairs: nil)
        #expect(problem.pairs.allowed == 3 + 2 * 8 && problem.pairs.blockScores == 128)
        #expect(work.usefulPairs == 4 * 19 + 4 * 64)
        // Queries and outputs, keys and values in two bytes, and 128 means of each key/value head in four.
        #expect(work.bytes == 2 * 4 * 8 * 2 + 2 * 2 * 19 * 8 * 2 + 2 * 128 * 8 * 4)
    }

    @Test func theLongestTextIsCounted() throws {
        for (blocks, length) in [(8, 128), (1 << 31, 1), (2, 1), (1, 1 << 31), (2, 1 << 31)] {
            let selection = try BlockSelection(blocks: blocks, blockLength: length)
            let pairs = PairCount(mask: .causal, queryLength: 1 << 31, keyLength: 1 << 31, selection: selection)
            #expect(pairs.allowed > 0 && pairs.blockScores >= 0)
            #expect(pairs.allowed <= PairCount(mask: .causal, length: 1 << 31).allowed)
        }
    }

    @Test func itIsWrittenAndReadWithTheProblem() throws {
        let problem = try Self.problem(blocks: 8, blockLength: 128, length: 9)
        let data = try JSONEncoder().encode(problem)
        #expect(try JSONDecoder().decode(AttentionProblem.self, from: data) == problem)
        var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(fields["selection"] as? [String: Int] == ["blocks": 8, "blockLength": 128])
        func read() throws -> AttentionProblem {
            try JSONDecoder().decode(
                AttentionProblem.self, from: try JSONSerialization.data(withJSONObject: fields))
        }
        fields["selection"] = nil
        #expect(try read().selection == nil)
        for wrong in [["blocks": 0, "blockLength": 128], ["blocks": 8, "blockLength": 0], ["blocks": 8]] {
            fields["selection"] = wrong
            #expect(throws: DecodingError.self) { try read() }
        }
        #expect(
            try problem.resized(to: AttentionShape(queryLength: 5, headDimension: 8)).selection == problem.selection)
        #expect(problem.sizesInBrackets == "(8×128)")
    }

    @Test func onlyCausalSoftmaxSelects() throws {
        let shape = try AttentionShape(queryLength: 8, headDimension: 4)
        let selection = try BlockSelection(blocks: 2, blockLength: 2)
        for mask in [Mask.full, .slidingWindow(3)] {
            #expect(throws: ProblemError.selection(mask, .softmax, .none)) {
                try AttentionProblem(shape: shape, mask: mask, selection: selection)
            }
        }
        #expect(throws: ProblemError.selection(.causal, .linear, .none)) {
            try AttentionProblem(shape: shape, mask: .causal, weighting: .linear, selection: selection)
        }
        for (blocks, length) in [(0, 1), (1, 0), (-1, 4)] {
            #expect(throws: MaskError.self) { try BlockSelection(blocks: blocks, blockLength: length) }
        }
    }

    private static func problem(blocks: Int, blockLength: Int, length: Int) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: length, headDimension: 8),
            mask: .causal, selection: BlockSelection(blocks: blocks, blockLength: blockLength))
    }
}
