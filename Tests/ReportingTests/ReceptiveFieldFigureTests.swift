import Attention
import Records
import Testing
import TestSupport

@testable import Reporting
@testable import Drawing

@Suite struct ReceptiveFieldFigureTests {
    private static func field(_ kernel: String, _ mask: Mask, tokens: [Int]) -> MeasuredReceptiveField {
        MeasuredReceptiveField(kernel: kernel, mask: mask, length: 64, position: 63, tokens: tokens)
    }

    private static let right = [
        field("sliding-window", .slidingWindow(8), tokens: [1, 8, 15, 22]),
        field("attention-sink", .attentionSink(sinks: 4, window: 8), tokens: [1, 12, 19, 26]),
        field("chunked-local", .chunkedLocal(16), tokens: [1, 16, 16, 16]),
    ]

    @Test func scriptDataAndTableAreAsReviewed() throws {
        let figure = try #require(Figure.receptiveField(Self.right))
        #expect(figure.title == "L layers of a window of w see exactly L(w−1)+1 tokens; no depth leaves a chunk")
        #expect(figure.data == Golden.text("reach.csv", updatingTo: figure.data))
        let table = MarkdownTable.text(ReceptiveFieldTable.table(Self.right))
        #expect(table == Golden.text("reach", updatingTo: table))
    }

    @Test func whatIsWrongIsTheFinding() throws {
        let wrong = Self.field("too-wide", .slidingWindow(8), tokens: [1, 9, 17, 25])
        #expect(!wrong.isRight)
        let figure = try #require(Figure.receptiveField(Self.right + [wrong]))
        #expect(figure.title == "too-wide(8) does not see the tokens of the mask")
        #expect(ReceptiveFieldTable.table([wrong]).rows[0].last == "WRONG")
        #expect(Figure.receptiveField([]) == nil)
    }
}
