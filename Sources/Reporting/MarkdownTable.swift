/// A table in GitHub's Markdown, aligned in the source too.
public enum MarkdownTable {
    public static func text(_ table: Table) -> String {
        let headings = table.columns.map { escape($0.heading) }
        let rows = table.rows.map { $0.map(escape) }
        let widths = headings.indices.map { index in
            rows.reduce(max(3, headings[index].count)) { max($0, $1[index].count) }
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { index in
                let space = String(repeating: " ", count: widths[index] - cells[index].count)
                return table.columns[index].alignment == .left ? cells[index] + space : space + cells[index]
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rules = zip(widths, table.columns).map { width, column in
            column.alignment == .left
                ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
        }
        var lines = [line(headings), "| " + rules.joined(separator: " | ") + " |"]
        lines.append(contentsOf: rows.map(line))
        for (index, note) in table.footnotes.entries.enumerated() {
            lines.append((index == 0 ? "\n" : "") + "\(note.mark)\\. \(escape(note.text))  ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Text that Markdown leaves alone: no character of it starts a table cell, markup or HTML.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            // A bracket is a link only where a parenthesis follows, and intervals are full of brackets.
            case "(" where escaped.last == "]": escaped += "\\("
            case "\\", "`", "*", "_", "|": escaped += "\\\(character)"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\n", "\r", "\r\n": escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
