import Escaping

/// A table in GitHub's Markdown, aligned in the source too.
public enum MarkdownTable {
    public static func text(_ table: Table) -> String { markdown(table).text }

    static func markdown(_ table: Table) -> Escaped<Markdown> {
        let headings = table.columns.map { Escaped<Markdown>(plain: $0.heading) }
        let rows = table.rows.map { $0.map(Escaped<Markdown>.init(plain:)) }
        let widths = headings.indices.map { index in
            rows.reduce(max(3, headings[index].text.count)) { max($0, $1[index].text.count) }
        }
        func line(_ cells: [Escaped<Markdown>]) -> Escaped<Markdown> {
            let padded = cells.indices.map { index in
                let space = repeated(" ", widths[index] - cells[index].text.count)
                return table.columns[index].alignment == .left ? cells[index] + space : space + cells[index]
            }
            return "| \(padded.joined(separator: " | ")) |"
        }
        let rules = zip(widths, table.columns).map { width, column in
            column.alignment == .left
                ? repeated("-", width) : repeated("-", width - 1) + ":"
        }
        var lines = [line(headings), "| \(rules.joined(separator: " | ")) |"]
        lines.append(contentsOf: rows.map(line))
        for (index, note) in table.footnotes.entries.enumerated() {
            if index == 0 { lines.append("") }
            lines.append("\(note.mark)\\. \(note.text)  ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func repeated(_ sign: Escaped<Markdown>, _ count: Int) -> Escaped<Markdown> {
        Array(repeating: sign, count: count).joined()
    }
}
