/// A table in fixed-width text: two spaces between columns, a rule under the headings, footnotes below.
public enum TerminalTable {
    public static func text(_ table: Table, width: Int) -> String {
        let table = fitting(table, width: width)
        let widths = columnWidths(table)
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
        lines.append(contentsOf: table.rows.map(line))
        for (mark, text) in table.footnotes.entries {
            lines.append(contentsOf: wrap("\(mark)  \(text)", width: width, indent: 3))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Words in lines of at most `width` characters; lines after the first are indented.
    public static func wrap(_ text: String, width: Int, indent: Int = 0) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent) + word
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }

    private static func fitting(_ table: Table, width: Int) -> Table {
        var table = table
        while columnWidths(table).reduce(-2, { $0 + $1 + 2 }) > width,
            let last = table.columns.lastIndex(where: { $0.importance == .whenWide })
        {
            table = table.dropping([last])
        }
        return table
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
