import Foundation

/// A document as one HTML file that needs nothing else: figures are embedded, style and script are inline.
public enum HTMLDocument {
    /// What the page may load: nothing but what it holds. The browser itself keeps it from asking any network.
    private static let policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
        + "form-action 'none'"

    /// - Parameter image: a figure's SVGs; nil where it was not drawn.
    public static func text(_ document: Document, image: (Figure) -> FigureImages?) -> String {
        let body = document.blocks.map { text($0, image: image) }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <title>\(escape(document.title))</title>
            <style>
            \(HTMLStyle.css)
            </style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(escape(document.title))</h1>
            <p class="subtitle">\(escape(document.subtitle))</p>
            </header>
            \(body)
            </main>
            <script>
            \(HTMLScript.sorting)
            \(HTMLScript.points)
            </script>
            </body>
            </html>

            """
    }

    private static func text(_ block: Document.Block, image: (Figure) -> FigureImages?) -> String {
        switch block {
        case .heading(let text): "<h2>\(escape(text))</h2>"
        case .paragraph(let text): "<p>\(set(text))</p>"
        case .list(let items): "<ul>\n\(items.map { "<li>\(set($0))</li>\n" }.joined())</ul>"
        case .facts(let facts):
            "<dl>\n\(facts.map { "<dt>\(escape($0.term))</dt><dd>\(escape($0.value))</dd>\n" }.joined())</dl>"
        case .table(let caption, let table): text(caption, table)
        case .figure(let figure, let drawn): text(figure, drawn, image(figure))
        case .command(let command): "<pre><code>\(escape(command))</code></pre>"
        case .cautions(let cautions):
            "<aside>\n\(cautions.map { "<p><strong>Caution:</strong> \(escape($0))</p>\n" }.joined())</aside>"
        case .links(let links):
            "<ul>\n"
                + links.map { "<li><a href=\"\(escape($0.path))\">\(escape($0.text))</a></li>\n" }.joined() + "</ul>"
        }
    }

    private static func text(_ caption: String, _ table: Table) -> String {
        func cells(_ texts: [String], _ tag: String, _ attributes: String = "") -> String {
            zip(texts, table.columns).map { text, column in
                let alignment = column.alignment == .right ? " class=\"number\"" : ""
                let content = tag == "th" ? "<button type=\"button\">\(escape(text))</button>" : escape(text)
                return "<\(tag)\(attributes)\(alignment)>\(text.isEmpty ? "" : content)</\(tag)>"
            }.joined()
        }
        let rows = table.rows.map { "<tr>\(cells($0, "td"))</tr>\n" }.joined()
        let notes = table.footnotes.entries.map { "<p class=\"note\"><b>\($0.mark)</b> \(escape($0.text))</p>\n" }
        return """
            <div class="scroll"><table>
            <caption>\(escape(caption))</caption>
            <thead><tr>\(cells(table.columns.map(\.heading), "th", " scope=\"col\""))</tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            \(notes.joined())
            """
    }

    private static func text(_ figure: Figure, _ drawn: [FigureFormat], _ image: FigureImages?) -> String {
        let files = (drawn.map(\.rawValue) + ["gp", "csv"]).map {
            "<a href=\"figures/\(escape(figure.name)).\($0)\">\($0)</a>"
        }
        let picture = image.map {
            text(figure, figure.drawing, svg: $0.wide, "wide") + text(figure, figure.narrow, svg: $0.narrow, "narrow")
        }
        return """
            <figure id="\(escape(figure.name))">
            \(picture ?? "")<figcaption>\(set(figure.caption)) <span class="narrow">\(set(figure.explanation))</span>
            <span class="files">\(files.joined(separator: " · "))</span></figcaption>
            </figure>
            """
    }

    /// The drawing, and over it the marks that tell their numbers: one stop of the tab key a figure, arrow keys from mark
    /// to mark.
    private static func text(_ figure: Figure, _ drawing: FigureDrawing, svg: Data, _ screen: String) -> String {
        func number(_ value: Double) -> String { String(format: "%.4g", value) }
        let size = "\(number(drawing.width)) \(number(drawing.height))"
        let marks = drawing.points.enumerated().map { index, point in
            "<circle cx=\"\(number(point.x))\" cy=\"\(number(point.y))\" r=\"7\" role=\"img\" "
                + "tabindex=\"\(index == 0 ? 0 : -1)\" aria-label=\"\(escape(point.text))\"/>\n"
        }
        let overlay =
            marks.isEmpty
            ? ""
            : "<svg class=\"points\" viewBox=\"0 0 \(size)\" role=\"group\" aria-label=\"Points of the figure; "
                + "arrow keys go from one to the next\">\n\(marks.joined())</svg>\n<output class=\"reading\" hidden></output>\n"
        return """
            <div class="scroll \(screen)"><div class="plot" style="max-width: \(number(drawing.width * 1.0222))px">
            <img src="data:image/svg+xml;base64,\(svg.base64EncodedString())" width="\(number(drawing.width))" \
            height="\(number(drawing.height))" alt="\(escape(figure.alternativeText))">
            \(overlay)</div></div>

            """
    }

    /// Escaped, with exponents raised.
    private static func set(_ text: String) -> String {
        RaisedText.parts(text).map { $0.isRaised ? "<sup>\(escape($0.text))</sup>" : escape($0.text) }.joined()
    }

    static func escape(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }
}
