import Testing

@testable import Processes

@Suite struct LineTests {
    @Test func linesAreCutAtLineFeeds() {
        var buffer = LineBuffer()
        buffer.append("one\ntw".utf8)
        #expect(buffer.next() == "one")
        #expect(buffer.next() == nil)
        buffer.append("o\n\nthree".utf8)
        #expect(buffer.next() == "two")
        #expect(buffer.next() == "")
        #expect(buffer.next() == nil)
        #expect(buffer.rest() == "three")
        #expect(buffer.rest() == nil && buffer.isEmpty)
    }

    @Test func aLineHasALimit() {
        var buffer = LineBuffer(longestLine: 4)
        buffer.append("abcd".utf8)
        #expect(!buffer.isTooLong)
        buffer.append("e".utf8)
        #expect(buffer.isTooLong && buffer.beginning == "abcde")
    }

    @Test func theLastWordsAreTheLast() {
        var words = LastWords()
        for index in 0..<10_000 { words.append("line \(index)\n\n".utf8) }
        #expect(words.lines == (9980..<10_000).map { "line \($0)" })
    }
}
