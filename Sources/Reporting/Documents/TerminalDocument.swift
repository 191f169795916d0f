import Drawing
import Escaping

/// A document in plain text for a terminal.
public enum TerminalDocument {
    public static func text(_ document: Document, width: Int = 80) -> String {
        let heading =
            TerminalTable.wrap(document.title, width: width)
            + (document.subtitle.isEmpty ? [] : TerminalTable.wrap(document.subtitle, width: width))
        let blocks = [heading] + document.blocks.map { lines($0, width: width) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private static func lines(_ block: Document.Block, width: Int) -> [String] {
        switch block {
        case .heading(let text): [VisibleText.line(text.uppercased())]
        case .paragraph(let text): TerminalTable.wrap(text, width: width)
        case .list(let items): items.flatMap { TerminalTable.wrap("- " + $0, width: width, indent: 2) }
        case .facts(let facts):
            facts.flatMap { TerminalTable.wrap("\($0.term): \($0.value)", width: width, indent: 2) }
        case .table(let caption, let table):
            TerminalTable.wrap(caption, width: width)
                + [String(TerminalTable.text(table, width: width).dropLast())]
        case .figure(let figure, let drawn):
            TerminalTable.wrap(
                "Figure \(figure.name) (\(drawn.map(\.rawValue).joined(separator: ", "))): \(figure.title).",
                width: width)
        case .command(let command): ["  " + VisibleText.line(command)]
        case .cautions(let cautions): cautions.flatMap { TerminalTable.wrap("Caution: " + $0, width: width, indent: 2) }
        case .links(let links): links.map { VisibleText.line("\($0.text): \($0.path)") }
        }
    }
}

/// A table in fixed-width text: two spaces between columns, a rule under the headings, footnotes below. Where the width
/// is too small for all, columns that may give way do so, then the widest texts wrap; numbers never do.
public enum TerminalTable {
    public static func text(_ table: Table, width: Int) -> String {
        let table = fitting(visible(table), width: width)
        let widths = narrowed(columnWidths(table), of: table, to: width)
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, zip(widths, table.columns)).map { cell, column in
                pad(cell, to: column.0, column.1.alignment)
            }
            return trimmingEnd(padded.joined(separator: "  "))
        }
        var lines = [
            line(table.columns.map(\.heading)),
            trimmingEnd(
                zip(widths, table.columns).map { width, column in
                    String(repeating: column.heading.isEmpty ? " " : "─", count: width)
                }.joined(separator: "  ")),
        ]
        for row in table.rows {
            let cells = zip(row, widths).map { wrap($0, width: $1) }
            let height = cells.reduce(1) { max($0, $1.count) }
            lines += (0..<height).map { index in line(cells.map { index < $0.count ? $0[index] : "" }) }
        }
        for (mark, text) in table.footnotes.entries {
            lines.append(contentsOf: wrap("\(mark)  \(text)", width: width, indent: 3))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A cell is one line, whatever stands in it.
    private static func visible(_ table: Table) -> Table {
        Table(
            columns: table.columns, rows: table.rows.map { $0.map(VisibleText.line) }, footnotes: table.footnotes)
    }

    /// Words in lines of at most `width` characters; lines after the first are indented. A per cent sign stays with its
    /// number.
    public static func wrap(_ text: String, width: Int, indent: Int = 0) -> [String] {
        let text = VisibleText.line(text)
        var lines: [String] = []
        var line = ""
        let words = text.replacing(" %", with: "\u{A0}%").split(separator: " ", omittingEmptySubsequences: false)
        for word in words {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent) + word
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return (lines + [line]).map { $0.replacing("\u{A0}%", with: " %") }
    }

    /// Without as many of the columns that give way as do not fit, counted in characters.
    static func fitting(_ table: Table, width: Int) -> Table {
        var table = table
        while columnWidths(table).reduce(-2, { $0 + $1 + 2 }) > width,
            let last = table.columns.lastIndex(where: { $0.importance == .whenWide })
        {
            table = table.dropping([last])
        }
        return table
    }

    /// Narrowest that a wrapped column becomes; less would put every word on a line of its own.
    private static let leastText = 14

    /// Takes what is missing from the widest left-aligned column, then the next: only as far as no word is cut.
    private static func narrowed(_ widths: [Int], of table: Table, to width: Int) -> [Int] {
        var widths = widths
        var excess = widths.reduce(-2) { $0 + $1 + 2 } - width
        let texts = table.columns.indices.filter { table.columns[$0].alignment == .left }
        for index in texts.sorted(by: { widths[$0] > widths[$1] }) where excess > 0 {
            let words = (table.rows.map { $0[index] } + [table.columns[index].heading])
                .flatMap { $0.split(separator: " ") }
            let least = max(leastText, words.map(\.count).max() ?? 0, table.columns[index].heading.count)
            let taken = min(excess, max(0, widths[index] - least))
            widths[index] -= taken
            excess -= taken
        }
        return widths
    }

    private static func columnWidths(_ table: Table) -> [Int] {
        table.columns.indices.map { index in
            table.rows.reduce(table.columns[index].heading.count) { max($0, $1[index].count) }
        }
    }

    private static func pad(_ text: String, to width: Int, _ alignment: Table.Column.Alignment) -> String {
        let space = String(repeating: " ", count: width - text.count)
        return alignment == .left ? text + space : space + text
    }

    private static func trimmingEnd(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}
