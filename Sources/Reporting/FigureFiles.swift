import Attention
import Foundation
import Statistics

/// Figures as files of a directory: each with the script and the data that redraw it, and what gnuplot drew.
struct FigureFiles {
    /// In the order given, with the formats that were drawn and kept; none where gnuplot could not.
    private(set) var drawn: [(figure: Figure, drawn: [FigureFormat])] = []
    /// What pages embed, by figure name.
    private(set) var images: [String: FigureImages] = [:]
    private(set) var cautions: [Caution] = []

    /// - Parameter formats: those to be kept. Files of other formats that lie there already stay as they are.
    init(
        _ figures: [Figure], in folder: URL, formats: Set<FigureFormat>, needsImages: Bool,
        gnuplot: Result<Gnuplot, GnuplotError>
    ) throws(ReportError) {
        try folder.makeDirectory()
        for figure in figures {
            try folder.appendingPathComponent("\(figure.name).csv").write(figure.data)
            try folder.appendingPathComponent("\(figure.name).gp").write(figure.script)
        }
        let wanted = FigureFormat.allCases.filter(formats.contains)
        switch gnuplot {
        case .failure(let error):
            drawn = figures.map { ($0, []) }
            cautions = wanted.isEmpty && !needsImages ? [] : [Caution("\(error)")]
        case .success(let gnuplot):
            for figure in figures {
                do throws(GnuplotError) {
                    try draw(figure, gnuplot, wanted, needsImages: needsImages, in: folder)
                    drawn.append((figure, wanted))
                } catch {
                    cautions.append(Caution("\(error)"))
                    drawn.append((figure, []))
                }
            }
        }
    }

    private mutating func draw(
        _ figure: Figure, _ gnuplot: Gnuplot, _ wanted: [FigureFormat], needsImages: Bool, in folder: URL
    ) throws(GnuplotError) {
        let formats = needsImages && !wanted.contains(.svg) ? wanted + [.svg] : wanted
        let wide = try Self.bytes(of: figure, figure.drawing, gnuplot, formats)
        for format in wanted {
            let file = folder.appendingPathComponent("\(figure.name).\(format.rawValue)")
            do { try wide[format]?.write(to: file) } catch {
                throw .failed(figure: figure.name, message: error.systemWords)
            }
        }
        guard needsImages else { return }
        let narrow = try Self.bytes(of: figure, figure.narrow, gnuplot, [.svg])
        if let wide = wide[.svg], let narrow = narrow[.svg] {
            images[figure.name] = FigureImages(wide: wide, narrow: narrow)
        }
    }

    /// Drawn in a directory of its own, so that what a page alone needs touches no file of an earlier report.
    private static func bytes(
        of figure: Figure, _ drawing: FigureDrawing, _ gnuplot: Gnuplot, _ formats: [FigureFormat]
    ) throws(GnuplotError) -> [FigureFormat: Data] {
        if formats.isEmpty { return [:] }
        let files = FileManager.default
        let scratch = files.temporaryDirectory.appendingPathComponent("attnbench-figure-\(UUID())")
        defer { try? files.removeItem(at: scratch) }
        do {
            try files.createDirectory(at: scratch, withIntermediateDirectories: true)
            try Data(figure.data.utf8).write(to: scratch.appendingPathComponent("\(figure.name).csv"))
            try Data(drawing.script.utf8).write(to: scratch.appendingPathComponent("\(figure.name).gp"))
        } catch { throw .failed(figure: figure.name, message: error.systemWords) }
        try gnuplot.draw(figure.name, in: scratch, formats: formats)
        var bytes: [FigureFormat: Data] = [:]
        for format in formats {
            let file = scratch.appendingPathComponent("\(figure.name).\(format.rawValue)")
            do { bytes[format] = try Data(contentsOf: file) } catch {
                throw .failed(figure: figure.name, message: error.systemWords)
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
        do { try FileManager.default.createDirectory(at: self, withIntermediateDirectories: true) } catch {
            throw .notWritten(path: path, reason: error.systemWords)
        }
    }

    /// As a file.
    func write(_ text: String) throws(ReportError) {
        do { try Data(text.utf8).write(to: self) } catch {
            throw .notWritten(path: path, reason: error.systemWords)
        }
    }
}
