/// A document in GitHub's Markdown, with the PNGs.
public enum MarkdownDocument {
    public static func text(_ document: Document) -> String {
        let heading = "# \(escape(document.title))\n\n\(escape(document.subtitle))\n"
        return ([heading] + document.blocks.map(text)).joined(separator: "\n")
    }

    private static func text(_ block: Document.Block) -> String {
        switch block {
        case .heading(let text): "## \(escape(text))\n"
        case .paragraph(let text): set(text) + "\n"
        case .list(let items): items.map { "- \(set($0))\n" }.joined()
        case .facts(let facts): facts.map { "- **\(escape($0.term))**: \(escape($0.value))\n" }.joined()
        case .table(let caption, let table): "**\(escape(caption))**\n\n" + MarkdownTable.text(table)
        case .figure(let figure, let drawn): text(figure, drawn)
        case .command(let command): "```sh\n\(command)\n```\n"
        case .cautions(let cautions): cautions.map { "> **Caution:** \(escape($0))\n" }.joined(separator: ">\n")
        case .links(let links): links.map { "- [\(escape($0.text))](\($0.path))\n" }.joined()
        }
    }

    private static func text(_ figure: Figure, _ drawn: [FigureFormat]) -> String {
        let image =
            drawn.contains(.png) ? "![\(escape(figure.alternativeText))](figures/\(figure.name).png)\n\n" : ""
        let files = (drawn.map(\.rawValue) + ["gp", "csv"]).map { "[\($0)](figures/\(figure.name).\($0))" }
        return image + "*\(set(figure.caption))* (\(files.joined(separator: ", ")))\n"
    }

    /// Escaped, with exponents raised.
    private static func set(_ text: String) -> String {
        RaisedText.parts(text).map { $0.isRaised ? "<sup>\(escape($0.text))</sup>" : escape($0.text) }.joined()
    }

    private static func escape(_ text: String) -> String { MarkdownTable.escape(text) }
}
