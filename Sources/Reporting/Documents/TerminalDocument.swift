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
