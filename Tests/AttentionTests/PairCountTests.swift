import Foundation
import Testing

@testable import Attention

/// Every closed form against counting, over all small cases.
@Suite struct PairCountTests {
    /// Masks with a name, with the sizes that matter at lengths up to 40, and every combination of some numbers.
    static let masks: [Mask] =
        [.full, .causal]
        + (1...45).map { .slidingWindow($0) }
        + (0...45).map { .symmetricWindow(radius: $0) }
        + [0, 1, 4, 7].flatMap { sinks in (1...45).map { .attentionSink(sinks: sinks, window: $0) } }
        + (1...45).map { .chunkedLocal($0) }
        + combinations

    static let combinations: [Mask] = {
        let sides: [Int?] = [nil, 0, 1, 3, 8, 21, 50]
        let chunks: [Int?] = [nil, 1, 2, 5, 8, 16, 39, 60]
        return [0, 1, 2, 5, 8, 9, 20, 60].flatMap { sinks in
            sides.flatMap { left in
                sides.flatMap { right in
                    chunks.map { chunk in try! Mask(sinks: sinks, left: left, right: right, chunk: chunk) }
                }
            }
        }
    }()

    /// The definition, written without the code under test.
    static func allows(_ mask: Mask, query i: Int, key j: Int) -> Bool {
        func isWithin(_ distance: Int, _ limit: Int?) -> Bool { limit.map { distance <= $0 } ?? true }
        let sameChunk = mask.chunk.map { j / $0 == i / $0 } ?? true
        let inBand = isWithin(i - j, mask.left) && isWithin(j - i, mask.right) && sameChunk
        return inBand || (j < mask.sinks && isWithin(j - i, mask.right))
    }

    /// What the masks with a name are, as their papers define them.
    @Test func presetsAreWhatTheirNamesSay() {
        let definitions: [(Mask, (Int, Int) -> Bool)] =
            [(.full, { _, _ in true }), (.causal, { i, j in j <= i })]
            + (1...20).map { w in (.slidingWindow(w), { i, j in i - w < j && j <= i }) }
            + (0...20).map { r in (.symmetricWindow(radius: r), { i, j in abs(i - j) <= r }) }
            + (0...20).flatMap { s in
                [1, 2, 9].map { w in
                    (.attentionSink(sinks: s, window: w), { i, j in j <= i && (j < s || j > i - w) })
                }
            }
            + (1...20).map { c in (.chunkedLocal(c), { i, j in j <= i && j / c == i / c }) }
        for (mask, isAllowed) in definitions {
            for i in 0..<24 {
                let seen = (0..<24).filter { mask.visibleKeys(at: i, keyLength: 24).contains($0) }
                #expect(seen == (0..<24).filter { isAllowed(i, $0) }, "\(mask), query \(i)")
            }
        }
    }

    /// For each position of an n-token square, how many keys its query sees, and whether any sees key j from there on.
    @Test(arguments: 1...40) func squareCountsAgreeWithCounting(length n: Int) {
        for mask in Self.masks {
            let rows = (0..<n).map { i in (0..<n).filter { Self.allows(mask, query: i, key: $0) } }
            #expect(
                PairCount(mask: mask, length: n).allowed == rows.reduce(0) { $0 + $1.count }, "\(mask), \(n) tokens")
        }
    }

    @Test(arguments: 1...40) func rectangularCountsAgreeWithCounting(keyLength k: Int) {
        for mask in Self.masks {
            let rows = (0..<k).map { i in (0..<k).filter { Self.allows(mask, query: i, key: $0) } }
            var counted = 0
            var touched = Set<Int>()
            for q in 1...k {
                counted += rows[k - q].count
                touched.formUnion(rows[k - q])
                let pairs = PairCount(mask: mask, queryLength: q, keyLength: k)
                #expect(pairs.allowed == counted, "\(mask), \(q) queries, \(k) keys")
                #expect(pairs.touchedKeys == touched.count, "\(mask), \(q) queries, \(k) keys")
            }
        }
    }

    @Test func fullAttentionTakesMoreQueriesThanKeys() {
        #expect(PairCount(mask: .full, queryLength: 7, keyLength: 3).allowed == 21)
    }

    @Test(arguments: [1, 2, 3, 8, 19, 40]) func visibleKeysAreTheAllowedOnes(keyLength k: Int) {
        for mask in Self.masks {
            for q in Set([1, (k + 1) / 2, k]) {
                let pairs = PairCount(mask: mask, queryLength: q, keyLength: k)
                for row in 0..<q {
                    let visible = pairs.visibleKeys(row: row)
                    let listed = Array(0..<visible.sinks) + Array(visible.band)
                    let expected = (0..<k).filter { Self.allows(mask, query: k - q + row, key: $0) }
                    #expect(listed == expected, "\(mask), row \(row) of \(q), \(k) keys")
                    #expect(visible.count == expected.count)
                    #expect((0..<k).filter(visible.contains) == expected)
                }
            }
        }
    }

    @Test func causalMasksNeverSeeTheFuture() {
        for mask in Self.masks {
            let seesFuture = (0..<50).contains { i in (i + 1..<50).contains { Self.allows(mask, query: i, key: $0) } }
            // In chunks of one token there is no later key to see, whatever the mask would allow.
            if mask.chunk != 1 { #expect(mask.isCausal == !seesFuture, "\(mask)") }
        }
    }

    @Test func noRowSeesMoreThanTheMost() {
        for mask in Self.masks {
            let most = (0..<50).map { mask.visibleKeys(at: $0, keyLength: 50).count }.max()!
            #expect(most <= mask.mostVisibleKeys ?? 50, "\(mask)")
        }
    }

    /// Blocks of queries rely on it.
    @Test func whatIsSeenMovesForward() {
        for mask in Self.masks {
            let rows = (0..<50).map { mask.visibleKeys(at: $0, keyLength: 50) }
            for (row, next) in zip(rows, rows.dropFirst()) {
                #expect(row.band.lowerBound <= next.band.lowerBound, "\(mask)")
                #expect(row.band.upperBound <= next.band.upperBound, "\(mask)")
                #expect(row.sinks <= next.sinks, "\(mask)")
            }
        }
    }

    @Test func sinksWidenAWindow() {
        for length in 1...40 {
            #expect(
                PairCount(mask: .attentionSink(sinks: 4, window: 9), length: length).allowed
                    == PairCount(mask: .slidingWindow(13), length: length).allowed)
        }
    }

    @Test func longCountsAreExact() {
        let tenM = 10 << 20
        #expect(PairCount(mask: .causal, length: tenM).allowed == 54_975_586_631_680)
        #expect(PairCount(mask: .slidingWindow(1024), length: tenM).allowed == tenM * 1024 - 1024 * 1023 / 2)
        #expect(PairCount(mask: .slidingWindow(1024), queryLength: 1, keyLength: tenM).allowed == 1024)
    }

    @Test func textbookCountsAreTheLeadingTerms() {
        for mask in [Mask.full, .causal, .slidingWindow(64), .attentionSink(sinks: 4, window: 60), .chunkedLocal(64)] {
            let pairs = PairCount(mask: mask, length: 1 << 16)
            #expect(abs(pairs.textbook / Double(pairs.allowed) - 1) < 0.02, "\(mask)")
        }
    }

    @Test func localExponentsPassFromTwoToOne() {
        #expect(abs(PairCount(mask: .full, length: 4096).localExponent - 2) < 1e-9)
        #expect(abs(PairCount(mask: .slidingWindow(256), length: 128).localExponent - 2) < 0.02)
        #expect(abs(PairCount(mask: .slidingWindow(256), length: 1 << 20).localExponent - 1) < 0.001)
        #expect(PairCount(mask: .causal, length: 1).localExponent.isNaN)
    }

    /// log2 of P(2n)/P(n) at n = 1, 2, 4, 8, 16 windows, worked out by hand from nw − w(w−1)/2 for w = 1024.
    @Test func windowedDoublingSlopes() {
        let expected = [1.585, 1.222, 1.100, 1.047, 1.023]
        for (n, slope) in zip([1024, 2048, 4096, 8192, 16384], expected) {
            let ratio =
                Double(PairCount(mask: .slidingWindow(1024), length: 2 * n).allowed)
                / Double(PairCount(mask: .slidingWindow(1024), length: n).allowed)
            #expect(abs(log2(ratio) - slope) < 0.002, "\(n)")
        }
    }
}
