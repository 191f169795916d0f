import Drawing
import Foundation
import Statistics

/// A document as a directory: `index.html`, `README.md` and `figures/`, each figure with the script and data that
/// redraw it.
public struct DocumentDirectory: Sendable {
    public let document: Document
    public let figures: [Figure]

    public init(_ document: Document, figures: [Figure]) {
        self.document = document
        self.figures = figures
    }

    /// - Returns: doubts that arose in drawing; a figure that cannot be drawn does not stop the rest.
    public func write(to directory: URL) throws(ReportError) -> [Caution] {
        let files = try FigureFiles(
            figures, in: directory.appendingPathComponent("figures"),
            .init(formats: Set(FigureFormat.allCases), needsImages: true),
            gnuplot: Result { () throws(GnuplotError) in try Gnuplot() })
        let whole = Document(
            title: document.title, subtitle: document.subtitle,
            blocks: document.blocks + [.heading("Figures")] + files.drawn.map { .figure($0.figure, drawn: $0.drawn) })
        let html = HTMLDocument.text(whole) { files.images[$0.name] }
        try directory.appendingPathComponent("index.html").write(html)
        try directory.appendingPathComponent("README.md").write(MarkdownDocument.text(whole))
        return files.cautions
    }
}
