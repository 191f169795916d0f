import Testing
import TestSupport

@testable import Reporting

@Suite struct TableTests {
    @Test(arguments: [80, 120])
    func tablesFitTheTerminal(width: Int) {
        let findings = PlantedAnalysis.full
        let text = [
            PromptTimes.summary(findings), Throughput.cells(findings.analysis),
            Forecasts.table(findings[Forecasts.self]),
        ].map { TerminalTable.text($0, width: width) }.joined(separator: "\n")
        #expect(text == Golden.text("tables-\(width)", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
    }

    @Test func aWideTerminalShowsMore() {
        let table = Throughput.cells(PlantedAnalysis.full.analysis)
        #expect(!TerminalTable.text(table, width: 80).contains("95 % interval"))
        #expect(TerminalTable.text(table, width: 120).contains("95 % interval"))
    }

    @Test func rulesAndNumbersAlign() {
        let table = Table(columns: [.init("name", .left), .init("n")], rows: [["a", "1,000"], ["long name", "2"]])
        #expect(
            TerminalTable.text(table, width: 80)
                == "name           n\n─────────  ─────\na          1,000\nlong name      2\n")
        #expect(
            MarkdownTable.text(table)
                == "| name      |     n |\n| --------- | ----: |\n| a         | 1,000 |\n| long name |     2 |\n")
    }

    @Test func aPerCentSignStaysWithItsNumber() {
        #expect(TerminalTable.wrap("takes 79 % of it", width: 8) == ["takes", "79 % of", "it"])
    }

    @Test func aColumnWithoutHeadingHasNoRule() {
        let table = Table(columns: [.init("name", .left), .init("", .left)], rows: [["a", "remark"]])
        #expect(TerminalTable.text(table, width: 80) == "name\n────\na     remark\n")
    }

    /// Long names of series give way before numbers do, and no word is cut.
    @Test func textsWrapWhereATerminalIsTooNarrow() {
        let table = Table(
            columns: [.init("series", .left), .init("n"), .init("verdict", .left)],
            rows: [["attention-sink(4+1024) h=8:2 bfloat16", "16,384", "matches"], ["full", "2", "undecided"]])
        #expect(
            TerminalTable.text(table, width: 45) == """
                series                           n  verdict
                ──────────────────────────  ──────  ─────────
                attention-sink(4+1024)      16,384  matches
                h=8:2 bfloat16
                full                             2  undecided

                """)
        #expect(!TerminalTable.text(table, width: 60).contains("\nh=8:2"))
    }

    @Test func markdownIsEscaped() {
        let table = Table(columns: [.init("a|b", .left)], rows: [["<i>*x*_y_`z`"]])
        #expect(MarkdownTable.text(table).contains("a\\|b"))
        #expect(MarkdownTable.text(table).contains("&lt;i&gt;\\*x\\*\\_y\\_\\`z\\`"))
    }

    @Test func aRemarkIsSaidOnce() {
        var notes = Footnotes()
        let marks = ["first", "second", "first"].map { notes.mark($0) }
        #expect(marks == ["a", "b", "a"])
        #expect(notes.entries.map(\.text) == ["first", "second"])
        var many = Footnotes()
        let last = (0..<28).map { many.mark("\($0)") }.last
        #expect(last == "ab")
    }
}
