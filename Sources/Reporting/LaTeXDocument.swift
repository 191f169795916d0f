/// A document's tables and figures for a paper: the file is read with `\input`, or its parts are copied. Tables are
/// booktabs, figures the PDFs; what they say is in their captions. Prose and lists are left to the author.
public enum LaTeXDocument {
    public static func text(_ document: Document) -> String {
        var used: Set<String> = []
        let parts = document.blocks.compactMap { text($0, &used) }
        let heading = """
            % \(comment(document.title))
            % \(comment(document.subtitle))
            % The preamble needs \\usepackage[T1]{fontenc}, \\usepackage{booktabs}, \\usepackage{longtable} and
            % \\usepackage{graphicx}; \\graphicspath says where figures/ lies if not beside the paper.

            """
        return ([heading] + parts).joined(separator: "\n")
    }

    private static func text(_ block: Document.Block, _ used: inout Set<String>) -> String? {
        switch block {
        case .table(let caption, let table): text(caption, table, label: label(caption, &used))
        case .figure(let figure, let drawn) where drawn.contains(.pdf): text(figure)
        case .cautions(let cautions): cautions.map { "% Caution: \(comment($0))\n" }.joined()
        case .heading, .paragraph, .list, .facts, .figure, .command, .links: nil
        }
    }

    /// Characters of a line of small print over the width of a page.
    private static let lineWidth = 110

    /// A long table, since cells may fill pages; footnotes stand in the foot.
    private static func text(_ caption: String, _ wide: Table, label: String) -> String {
        let table = TerminalTable.fitting(wide, width: lineWidth)
        let alignment = table.columns.map { $0.alignment == .left ? "l" : "r" }.joined()
        func row(_ cells: [String]) -> String { cells.map(escape).joined(separator: " & ") + " \\\\" }
        let notes = table.footnotes.entries.map {
            "\\multicolumn{\(table.columns.count)}{p{0.9\\linewidth}}"
                + "{\\footnotesize \\textsuperscript{\($0.mark)} \(escape($0.text))} \\\\"
        }
        let lines =
            [
                "{\\footnotesize\\setlength{\\tabcolsep}{3pt}", "\\begin{longtable}{\(alignment)}",
                "\\caption{\(escape(caption)).}\\label{tab:\(label)} \\\\",
                "\\toprule", row(table.columns.map(\.heading)), "\\midrule", "\\endfirsthead", "\\toprule",
                row(table.columns.map(\.heading)), "\\midrule", "\\endhead", "\\bottomrule", "\\endfoot",
            ] + ["\\bottomrule"] + notes + ["\\endlastfoot"] + table.rows.map(row) + ["\\end{longtable}}"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ figure: Figure) -> String {
        let caption = ([figure.caption, figure.method] + figure.notes).map(set).joined(separator: " ")
        let width = figure.drawing.width < 500 ? "\\columnwidth" : "\\textwidth"
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
        var label = words.isEmpty ? "table" : words
        while !used.insert(label).inserted { label += "-again" }
        return label
    }

    /// A comment ends with its line.
    private static func comment(_ text: String) -> String { text.replacing(#/\s+/#, with: " ") }

    /// Escaped, with exponents raised.
    private static func set(_ text: String) -> String {
        RaisedText.parts(text).map { $0.isRaised ? "\\textsuperscript{\(escape($0.text))}" : escape($0.text) }.joined()
    }

    private static let signs: [Character: String] = [
        "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "%": "\\%", "&": "\\&", "#": "\\#", "$": "\\$", "_": "\\_",
        "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
        "|": "\\textbar{}", "\"": "\\textquotedbl{}", "[": "{[}", "]": "{]}", "\u{A0}": "~", "\n": " ",
        "×": "$\\times$", "÷": "$\\div$", "±": "$\\pm$", "·": "$\\cdot$", "−": "$-$", "–": "--", "—": "---",
        "≥": "$\\ge$", "≤": "$\\le$", "≈": "$\\approx$", "∝": "$\\propto$", "→": "$\\to$", "√": "$\\surd$",
        "∞": "$\\infty$", "²": "\\textsuperscript{2}", "³": "\\textsuperscript{3}", "µ": "$\\mu$", "μ": "$\\mu$",
        "β": "$\\beta$", "Δ": "$\\Delta$", "α": "$\\alpha$", "…": "\\dots{}", "°": "$^\\circ$", "⌊": "$\\lfloor$",
        "⌋": "$\\rfloor$",
    ]

    /// Text that LaTeX sets as it is. Letters of the Latin alphabets stay; a sign that is not in the list becomes "?",
    /// because pdflatex stops at one that it does not know.
    static func escape(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if let sign = signs[character] {
                escaped += sign
            } else if character.isASCII
                || (character.isLetter && character.unicodeScalars.allSatisfy { $0.value < 0x180 })
            {
                escaped.append(character)
            } else {
                escaped += "?"
            }
        }
    }
}
