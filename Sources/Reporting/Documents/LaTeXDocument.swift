import Drawing
import Escaping

/// A document's tables and figures for a paper: the file is read with `\input`, or its parts are copied. Tables are
/// booktabs, figures the PDFs; what they say is in their captions. Prose and lists are left to the author.
public enum LaTeXDocument {
    public static func text(_ document: Document) -> String {
        var used: Set<String> = []
        let parts = document.blocks.compactMap { text($0, &used) }
        let heading: Escaped<LaTeX> = """
            \(LaTeX.comment(document.title))\(LaTeX.comment(document.subtitle))\
            % The preamble needs \\usepackage[T1]{fontenc}, \\usepackage{booktabs}, \\usepackage{longtable} and
            % \\usepackage{graphicx}; \\graphicspath says where figures/ lies if not beside the paper.

            """
        return ([heading] + parts).joined(separator: "\n").text
    }

    private static func text(_ block: Document.Block, _ used: inout Set<String>) -> Escaped<LaTeX>? {
        switch block {
        case .table(let caption, let table): text(caption, table, label: label(caption, &used))
        case .figure(let figure, let drawn) where drawn.contains(.pdf): text(figure)
        case .cautions(let cautions): cautions.map { LaTeX.comment("Caution: \($0)") }.joined()
        case .heading, .paragraph, .list, .facts, .figure, .command, .links: nil
        }
    }

    /// Characters of a line of small print over the width of a page.
    private static let lineWidth = 110

    /// A long table, since cells may fill pages; footnotes stand in the foot.
    private static func text(_ caption: String, _ wide: Table, label: String) -> Escaped<LaTeX> {
        let table = TerminalTable.fitting(wide, width: lineWidth)
        let alignment = table.columns.map { $0.alignment == .left ? "l" : "r" }.joined()
        func row(_ cells: [String]) -> Escaped<LaTeX> {
            cells.map(Escaped.init(plain:)).joined(separator: " & ") + " \\\\"
        }
        let notes = table.footnotes.entries.map { mark, text -> Escaped<LaTeX> in
            """
            \\multicolumn{\(table.columns.count)}{p{0.9\\linewidth}}\
            {\\footnotesize \\textsuperscript{\(mark)} \(text)} \\\\
            """
        }
        let lines: [Escaped<LaTeX>] =
            [
                "{\\footnotesize\\setlength{\\tabcolsep}{3pt}", "\\begin{longtable}{\(alignment)}",
                "\\caption{\(caption).}\\label{tab:\(label)} \\\\",
                "\\toprule", row(table.columns.map(\.heading)), "\\midrule", "\\endfirsthead", "\\toprule",
                row(table.columns.map(\.heading)), "\\midrule", "\\endhead", "\\bottomrule", "\\endfoot",
            ] + ["\\bottomrule"] + notes + ["\\endlastfoot"] + table.rows.map(row) + ["\\end{longtable}}"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ figure: Figure) -> Escaped<LaTeX> {
        let caption = ([figure.caption, figure.method] + figure.notes).map(set).joined(separator: " ")
        let width: Escaped<LaTeX> = figure.drawing.width < 500 ? "\\columnwidth" : "\\textwidth"
        return """
            \\begin{figure}[tp]
            \\centering
            \\includegraphics[width=\(width)]{figures/\(figure.name).pdf}
            \\caption{\(caption)}\\label{fig:\(figure.name)}
            \\end{figure}

            """
    }

    private static func label(_ caption: String, _ used: inout Set<String>) -> String {
        let words = caption.lowercased().split { !$0.isASCII || !$0.isLetter }.prefix(4).joined(separator: "-")
        let stem = words.isEmpty ? "table" : words
        let names = [stem] + (2...used.count + 2).map { "\(stem)-\($0)" }
        // Of the names, two more than there are labels, one is free.
        let label = names.first { !used.contains($0) }!
        used.insert(label)
        return label
    }

    /// Escaped, with exponents raised.
    private static func set(_ text: String) -> Escaped<LaTeX> {
        RaisedText.set(text) { "\\textsuperscript{\($0)}" }
    }
}
