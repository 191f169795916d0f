import Drawing
import Files
import Foundation
import Statistics

/// Figures as files of a directory: each with the script and the data that redraw it, and what gnuplot drew.
struct FigureFiles {
    /// In the order given, with the formats that were drawn and kept; none where gnuplot could not.
    private(set) var drawn: [(figure: Figure, drawn: [FigureFormat])] = []
    /// What pages embed, by figure name.
    private(set) var images: [String: FigureImages] = [:]
    private(set) var cautions: [Caution] = []

    /// What is to be drawn of each figure.
    struct Wanted {
        /// Those to be kept. Files of other formats that lie there already stay as they are.
        let formats: Set<FigureFormat>
        /// Whether a page shows it.
        let needsImages: Bool
    }

    init(
        _ figures: [Figure], in folder: URL, _ wanted: Wanted, gnuplot: Result<Gnuplot, GnuplotError>
    ) throws(ReportError) {
        try folder.makeDirectory()
        for figure in figures {
            try folder.appendingPathComponent("\(figure.name).csv").write(figure.data)
            try folder.appendingPathComponent("\(figure.name).gp").write(figure.script)
        }
        let formats = FigureFormat.allCases.filter(wanted.formats.contains)
        switch gnuplot {
        case .failure(let error):
            drawn = figures.map { ($0, []) }
            cautions = formats.isEmpty && !wanted.needsImages ? [] : [Caution("\(error)")]
        case .success(let gnuplot):
            var isHanging = false
            for figure in figures {
                if isHanging {
                    drawn.append((figure, []))
                    continue
                }
                let pictures: Pictures
                do throws(GnuplotError) {
                    pictures = try Pictures(figure, gnuplot, formats, needsImages: wanted.needsImages)
                } catch {
                    if case .hung = error { isHanging = true }
                    cautions.append(Caution("\(error)"))
                    drawn.append((figure, []))
                    continue
                }
                for (format, bytes) in pictures.kept {
                    try folder.appendingPathComponent("\(figure.name).\(format.rawValue)").write(bytes)
                }
                images[figure.name] = pictures.images
                drawn.append((figure, formats))
            }
        }
    }
}

/// What gnuplot draws of one figure.
private struct Pictures {
    /// For the directory.
    let kept: [FigureFormat: Data]
    /// For a page, where one needs them.
    let images: FigureImages?

    init(
        _ figure: Figure, _ gnuplot: Gnuplot, _ wanted: [FigureFormat], needsImages: Bool
    ) throws(GnuplotError) {
        let formats = needsImages && !wanted.contains(.svg) ? wanted + [.svg] : wanted
        let wide = try Self.bytes(of: figure, figure.drawing, gnuplot, formats)
        kept = wide.filter { wanted.contains($0.key) }
        guard needsImages else {
            images = nil
            return
        }
        let narrow = try Self.bytes(of: figure, figure.narrow, gnuplot, [.svg])
        images = wide[.svg].flatMap { wide in narrow[.svg].map { FigureImages(wide: wide, narrow: $0) } }
    }

    /// Drawn in a directory of its own, so that what a page alone needs touches no file of an earlier report.
    private static func bytes(
        of figure: Figure, _ drawing: FigureDrawing, _ gnuplot: Gnuplot, _ formats: [FigureFormat]
    ) throws(GnuplotError) -> [FigureFormat: Data] {
        if formats.isEmpty { return [:] }
        let scratch: ScratchFolder
        do throws(UnwritableFile) {
            scratch = try ScratchFolder()
            try scratch.write(figure.data, to: "\(figure.name).csv")
            try scratch.write(drawing.script, to: "\(figure.name).gp")
        } catch { throw .failed(figure: figure.name, message: "\(error)") }
        try gnuplot.draw(figure.name, in: scratch.url, formats: formats)
        var bytes: [FigureFormat: Data] = [:]
        for format in formats {
            let file = scratch.url.appendingPathComponent("\(figure.name).\(format.rawValue)")
            do throws(UnreadableFile) {
                let drawn = try InputFile.read(file.path)
                bytes[format] = format == .pdf ? PDFDate.fixed(in: drawn) : drawn
            } catch {
                throw .failed(figure: figure.name, message: error.description)
            }
        }
        return bytes
    }
}

/// SVGs of one figure for a page: one for wide screens, one for narrow ones.
public struct FigureImages: Sendable, Hashable {
    let wide: Data
    let narrow: Data
}

extension URL {
    /// As a directory.
    func makeDirectory() throws(ReportError) {
        do throws(UnwritableFile) { try Folder.make(relativePath) } catch { throw .notWritten(error) }
    }

    /// As a file.
    func write(_ text: String) throws(ReportError) { try write(Data(text.utf8)) }

    func write(_ bytes: Data) throws(ReportError) {
        do throws(UnwritableFile) { try OutputFile.write(bytes, to: relativePath) } catch { throw .notWritten(error) }
    }
}

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
