import Attention
import Testing

@testable import Kernels

struct VocabularyBlockingTests {
    @Test(arguments: [(24, 24), (48, 24), (8, 8), (5, 1), (320, 8)], [1, 2, 3, 16])
    func partsCoverAllAndAreNearlyEqual(sizes: (largest: Int, granule: Int), workers: Int) {
        for total in [1, 2, 7, 8, 23, 24, 25, 100, 313, 1000] {
            let parts = EqualParts(total, atMost: sizes.largest, granule: sizes.granule, workers: workers)
            #expect(parts.ranges.flatMap { Array($0) } == Array(0..<total), "\(total)")
            let counts = parts.ranges.map(\.count)
            #expect(counts.allSatisfy { (1...sizes.largest).contains($0) }, "\(total): \(Array(counts))")
            let whole = counts.dropLast()
            #expect(whole.allSatisfy { $0 == counts.first && $0.isMultiple(of: sizes.granule) }, "\(total)")
        }
    }

    @Test func eachWorkerHasAsManyParts() {
        #expect(EqualParts(240, atMost: 240, granule: 24, workers: 2).ranges.map(\.count) == [120, 120])
        #expect(EqualParts(500, atMost: 240, granule: 24, workers: 2).ranges.map(\.count) == [144, 144, 144, 68])
    }

    /// A group and a panel never have more than the problem.
    @Test(arguments: [(1, 1, 1), (33, 100, 64), (5000, 300_000, 4096), (100_000, 128_000, 16_384)])
    func blocksFitTheProblem(tokens: Int, words: Int, elements: Int) throws {
        let problem = try CrossEntropyProblem(tokens: tokens, vocabulary: words, hiddenSize: elements)
        for copies in [1, 3] {
            let blocking = VocabularyBlocking(problem, copies: copies, .standard)
            #expect(blocking.groupTokens.isMultiple(of: QueryBlock.width))
            #expect(blocking.groupTokens < tokens + QueryBlock.width)
            #expect(blocking.panelWords.isMultiple(of: VocabularyBlocking.rowGranule))
            #expect(blocking.panelWords < words + VocabularyBlocking.rowGranule)
            #expect(blocking.residentRows.isMultiple(of: VocabularyBlocking.rowGranule))
        }
    }
}
