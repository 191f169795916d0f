import Foundation
import Statistics

/// A document that needs no results file, as a directory: `index.html`, `README.md` and `figures/`, each figure with the
/// script and data that redraw it.
public struct DocumentDirectory: Sendable {
    public let document: Document
    public let figures: [Figure]

    public init(_ document: Document, figures: [Figure]) {
        self.document = document
        self.figures = figures
    }

    /// - Returns: doubts that arose in drawing; a figure that cannot be drawn does not stop the rest.
    public func write(to directory: URL) throws(ReportError) -> [Caution] {
        let folder = directory.appendingPathComponent("figures")
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw .notWritten(path: folder.path, reason: error.localizedDescription)
        }
        for figure in figures {
            try write(figure.data, to: folder.appendingPathComponent("\(figure.name).csv"))
            try write(figure.script, to: folder.appendingPathComponent("\(figure.name).gp"))
        }
        let (drawn, cautions) = draw(in: folder)
        let whole = Document(
            title: document.title, subtitle: document.subtitle,
            blocks: document.blocks + [.heading("Figures")]
                + figures.map { .figure($0, drawn: drawn.contains($0.name) ? FigureFormat.allCases : []) })
        let html = HTMLDocument.text(whole) { figure in
            try? Data(contentsOf: folder.appendingPathComponent("\(figure.name).svg"))
        }
        try write(html, to: directory.appendingPathComponent("index.html"))
        try write(MarkdownDocument.text(whole), to: directory.appendingPathComponent("README.md"))
        return cautions
    }

    private func draw(in folder: URL) -> (drawn: Set<String>, cautions: [Caution]) {
        let gnuplot: Gnuplot
        do { gnuplot = try Gnuplot() } catch { return ([], [Caution("\(error)")]) }
        var drawn: Set<String> = []
        var cautions: [Caution] = []
        for figure in figures {
            do {
                try gnuplot.draw(figure.name, in: folder)
                drawn.insert(figure.name)
            } catch { cautions.append(Caution("\(error)")) }
        }
        return (drawn, cautions)
    }

    private func write(_ text: String, to file: URL) throws(ReportError) {
        do { try Data(text.utf8).write(to: file) } catch {
            throw .notWritten(path: file.path, reason: error.localizedDescription)
        }
    }
}
