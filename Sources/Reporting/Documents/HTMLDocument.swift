import Drawing
import Escaping
import Foundation

/// A document as one HTML file that needs nothing else: figures are embedded, style and script are inline.
public enum HTMLDocument {
    /// What the page may load and run: pictures that it holds, and the one style and the one script below, which the
    /// browser knows by their hashes. It asks no network, and a script that text from a file smuggled in would not run.
    private static let policy: Escaped<HTML> = """
        default-src 'none'; img-src data:; style-src 'sha256-\(HTMLStyle.hash)'; \
        script-src 'sha256-\(HTMLScript.hash)'; base-uri 'none'; form-action 'none'
        """

    /// - Parameter image: a figure's SVGs; nil where it was not drawn.
    public static func text(_ document: Document, image: (Figure) -> FigureImages?) -> String {
        let body = document.blocks.map { text($0, image: image) }.joined(separator: "\n")
        let page: Escaped<HTML> = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <title>\(document.title)</title>
            <style>\(HTMLStyle.css)</style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(document.title)</h1>
            <p class="subtitle">\(document.subtitle)</p>
            </header>
            \(body)
            </main>
            <script>\(HTMLScript.text)</script>
            </body>
            </html>

            """
        return page.text
    }

    private static func text(_ block: Document.Block, image: (Figure) -> FigureImages?) -> Escaped<HTML> {
        switch block {
        case .heading(let text): "<h2>\(text)</h2>"
        case .paragraph(let text): "<p>\(set(text))</p>"
        case .list(let items): element("ul", items.map { "<li>\(set($0))</li>\n" })
        case .facts(let facts):
            element("dl", facts.map { "<dt>\($0.term)</dt><dd>\($0.value)</dd>\n" })
        case .table(let caption, let table): text(caption, table)
        case .figure(let figure, let drawn): text(figure, drawn, image(figure))
        case .command(let command): "<pre><code>\(command)</code></pre>"
        case .cautions(let cautions):
            element("aside", cautions.map { "<p><strong>Caution:</strong> \($0)</p>\n" })
        case .links(let links):
            element("ul", links.map { "<li><a href=\"\($0.path)\">\($0.text)</a></li>\n" })
        }
    }

    private static func element(_ name: Escaped<HTML>, _ lines: [Escaped<HTML>]) -> Escaped<HTML> {
        "<\(name)>\n\(lines.joined())</\(name)>"
    }

    private static func text(_ caption: String, _ table: Table) -> Escaped<HTML> {
        func attribute(_ column: Table.Column) -> Escaped<HTML> {
            column.alignment == .right ? " class=\"number\"" : ""
        }
        let headings = table.columns.map { column -> Escaped<HTML> in
            let button: Escaped<HTML> =
                column.heading.isEmpty ? "" : "<button type=\"button\">\(column.heading)</button>"
            return "<th scope=\"col\"\(attribute(column))>\(button)</th>"
        }.joined()
        let rows = table.rows.map { row -> Escaped<HTML> in
            let cells = zip(row, table.columns).map { text, column -> Escaped<HTML> in
                "<td\(attribute(column))>\(text)</td>"
            }
            return "<tr>\(cells.joined())</tr>\n"
        }.joined()
        let notes = table.footnotes.entries.map { mark, text -> Escaped<HTML> in
            "<p class=\"note\"><b>\(mark)</b> \(text)</p>\n"
        }
        return """
            <div class="scroll"><table>
            <caption>\(caption)</caption>
            <thead><tr>\(headings)</tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            \(notes.joined())
            """
    }

    private static func text(_ figure: Figure, _ drawn: [FigureFormat], _ image: FigureImages?) -> Escaped<HTML> {
        let files = (drawn.map(\.rawValue) + ["gp", "csv"]).map { file -> Escaped<HTML> in
            "<a href=\"figures/\(figure.name).\(file)\">\(file)</a>"
        }
        let noPicture: Escaped<HTML> = ""
        let picture = image.map {
            text(figure, figure.drawing, svg: $0.wide, "wide") + text(figure, figure.narrow, svg: $0.narrow, "narrow")
        }
        // What the drawing says itself stands below it only where the narrow drawing takes its place.
        let said: Escaped<HTML> = "\(set(figure.caption)) \(set(figure.explanation))"
        let caption: Escaped<HTML> =
            image != nil && figure.showsItsTitle ? "<span class=\"narrow\">\(said)</span>" : said
        return """
            <figure id="\(figure.name)">
            \(picture ?? noPicture)<figcaption>\(caption)
            <span class="files">\(files.joined(separator: " · "))</span></figcaption>
            </figure>
            """
    }

    /// The drawing, and over it the marks that tell their numbers: one stop of the tab key a figure, arrow keys from mark
    /// to mark.
    private static func text(
        _ figure: Figure, _ drawing: FigureDrawing, svg: Data, _ screen: Escaped<HTML>
    ) -> Escaped<HTML> {
        func number(_ value: Double) -> String { String(format: "%.4g", value) }
        let size = "\(number(drawing.width)) \(number(drawing.height))"
        let marks = drawing.points.enumerated().map { index, point -> Escaped<HTML> in
            """
            <circle cx="\(number(point.x))" cy="\(number(point.y))" r="7" role="img" \
            tabindex="\(index == 0 ? 0 : -1)" aria-label="\(point.text)"/>

            """
        }
        let overlay: Escaped<HTML> =
            marks.isEmpty
            ? ""
            : """
            <svg class="points" viewBox="0 0 \(size)" role="group" \
            aria-label="Points of the figure; arrow keys go from one to the next">
            \(marks.joined())</svg>
            <output class="reading" hidden></output>

            """
        return """
            <div class="scroll \(screen)"><div class="plot \(drawing.figureWidth.rawValue)">
            <img src="data:image/svg+xml;base64,\(svg.base64EncodedString())" width="\(number(drawing.width))" \
            height="\(number(drawing.height))" alt="\(figure.alternativeText)">
            \(overlay)</div></div>

            """
    }

    /// Escaped, with exponents raised.
    private static func set(_ text: String) -> Escaped<HTML> {
        RaisedText.set(text) { "<sup>\($0)</sup>" }
    }
}
