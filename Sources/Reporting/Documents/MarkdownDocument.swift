import Drawing
import Escaping

/// A document in GitHub's Markdown, with the PNGs.
public enum MarkdownDocument {
    public static func text(_ document: Document) -> String {
        let heading: Escaped<Markdown> = """
            # \(document.title)

            \(Markdown.block(document.subtitle))

            """
        return ([heading] + document.blocks.map(text)).joined(separator: "\n").text
    }

    private static func text(_ block: Document.Block) -> Escaped<Markdown> {
        switch block {
        case .heading(let text): "## \(text)\n"
        case .paragraph(let text): "\(set(text))\n"
        case .list(let items): items.map { "- \(set($0))\n" }.joined()
        case .facts(let facts): facts.map { "- **\($0.term)**: \($0.value)\n" }.joined()
        case .table(let caption, let table): "**\(caption)**\n\n\(MarkdownTable.markdown(table))"
        case .figure(let figure, let drawn): text(figure, drawn)
        case .command(let command): Markdown.code(command, language: "sh")
        case .cautions(let cautions): cautions.map { "> **Caution:** \($0)\n" }.joined(separator: ">\n")
        case .links(let links): links.map { "- [\($0.text)](\($0.path))\n" }.joined()
        }
    }

    private static func text(_ figure: Figure, _ drawn: [FigureFormat]) -> Escaped<Markdown> {
        let image: Escaped<Markdown> =
            drawn.contains(.png) ? "![\(figure.alternativeText)](figures/\(figure.name).png)\n\n" : ""
        let files = (drawn.map(\.rawValue) + ["gp", "csv"]).map { file -> Escaped<Markdown> in
            "[\(file)](figures/\(figure.name).\(file))"
        }
        let caption: Escaped<Markdown> =
            drawn.contains(.png) && figure.showsItsTitle ? "" : "*\(set(figure.caption))* "
        return "\(image)\(caption)(\(files.joined(separator: ", ")))\n"
    }

    /// Escaped, with exponents raised.
    private static func set(_ text: String) -> Escaped<Markdown> {
        guard let first = RaisedText.parts(text).first, !first.isRaised else { return raised(text) }
        return Markdown.block(first.text) + raised(String(text.dropFirst(first.text.count)))
    }

    private static func raised(_ text: String) -> Escaped<Markdown> { RaisedText.set(text) { "<sup>\($0)</sup>" } }
}

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
