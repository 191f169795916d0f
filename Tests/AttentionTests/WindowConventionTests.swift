import Testing

@testable import Attention

/// Three conventions for "a window of w" are in the wild, and mixing them up costs exactly one key a query.
@Suite struct WindowConventionTests {
    private let window = 4
    private let position = 10

    private func keys(_ mask: Mask) -> [Int] { Array(mask.visibleKeys(at: position, keyLength: 32).band) }

    @Test func ourWindowCountsTheQueryItself() {
        #expect(keys(.slidingWindow(window)) == [7, 8, 9, 10])
        #expect(keys(.slidingWindow(1)) == [position])
    }

    @Test func transformersComparesKeyGreaterThanQueryMinusWindow() {
        let overlay = (0..<32).filter { $0 > position - window && $0 <= position }
        #expect(keys(.slidingWindow(window)) == overlay)
    }

    @Test func flashAttentionLeftIsInclusiveSoItIsOneLess() {
        func flash(left: Int, right: Int) -> [Int] {
            (0..<32).filter { position - left <= $0 && $0 <= position + right }
        }
        #expect(keys(.slidingWindow(window)) == flash(left: window - 1, right: 0))
        #expect(flash(left: window, right: 0).count == window + 1)
        #expect(keys(.symmetricWindow(radius: window)) == flash(left: window, right: window))
    }

    @Test func longformerCountsOneSideSoItSeesTwiceThatAndOne() {
        #expect(keys(.symmetricWindow(radius: window)).count == 2 * window + 1)
        #expect(keys(.symmetricWindow(radius: window)) == Array(6...14))
    }

    @Test func theTotalDiffersByOneKeyForEveryQueryPastTheWindow() {
        let n = 100
        let ours = PairCount(mask: .slidingWindow(window), length: n).allowed
        let inclusive = PairCount(mask: .slidingWindow(window + 1), length: n).allowed
        #expect(inclusive - ours == n - window)
    }

    @Test func sinksDoNotCountTwiceWhileTheWindowCoversThem() {
        let mask = Mask.attentionSink(sinks: 4, window: 8)
        #expect((0..<12).map { mask.visibleKeys(at: $0, keyLength: 32).count } == Array(1...12))
        #expect(mask.visibleKeys(at: 11, keyLength: 32) == VisibleKeys(sinks: 4, band: 4..<12))
        #expect(mask.visibleKeys(at: 20, keyLength: 32) == VisibleKeys(sinks: 4, band: 13..<21))
    }

    @Test func chunksStartAfresh() {
        #expect(
            (0..<9).map { Mask.chunkedLocal(4).visibleKeys(at: $0, keyLength: 32).count } == [
                1, 2, 3, 4, 1, 2, 3, 4, 1,
            ])
    }
}
