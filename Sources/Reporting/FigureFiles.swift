import Foundation
import Statistics

/// Figures as files of a directory: each with the script and the data that redraw it, and what gnuplot drew.
struct FigureFiles {
    /// In the order given, with the formats that were drawn and kept; none where gnuplot could not.
    private(set) var drawn: [(figure: Figure, drawn: [FigureFormat])] = []
    /// SVGs by figure name, whether kept or not: pages embed them.
    private(set) var images: [String: Data] = [:]
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
        let needed = needsImages ? Set(wanted).union([.svg]) : Set(wanted)
        switch gnuplot {
        case .failure(let error):
            drawn = figures.map { ($0, []) }
            cautions = needed.isEmpty ? [] : [Caution("\(error)")]
        case .success(let gnuplot):
            for figure in figures {
                do throws(GnuplotError) {
                    try draw(figure, gnuplot, needed, keeping: wanted, in: folder)
                    drawn.append((figure, wanted))
                } catch {
                    cautions.append(Caution("\(error)"))
                    drawn.append((figure, []))
                }
            }
        }
    }

    /// In a directory of its own, so that what is drawn for a page alone touches no file of an earlier report.
    private mutating func draw(
        _ figure: Figure, _ gnuplot: Gnuplot, _ needed: Set<FigureFormat>, keeping wanted: [FigureFormat],
        in folder: URL
    ) throws(GnuplotError) {
        if needed.isEmpty { return }
        let files = FileManager.default
        let scratch = files.temporaryDirectory.appendingPathComponent("attnbench-figure-\(UUID())")
        defer { try? files.removeItem(at: scratch) }
        do {
            try files.createDirectory(at: scratch, withIntermediateDirectories: true)
            try Data(figure.data.utf8).write(to: scratch.appendingPathComponent("\(figure.name).csv"))
            try Data(figure.script.utf8).write(to: scratch.appendingPathComponent("\(figure.name).gp"))
        } catch { throw .failed(figure: figure.name, message: error.localizedDescription) }
        try gnuplot.draw(figure.name, in: scratch, formats: FigureFormat.allCases.filter(needed.contains))
        do {
            if needed.contains(.svg) {
                images[figure.name] = try Data(contentsOf: scratch.appendingPathComponent("\(figure.name).svg"))
            }
            for format in wanted {
                let name = "\(figure.name).\(format.rawValue)"
                let bytes = try Data(contentsOf: scratch.appendingPathComponent(name))
                try bytes.write(to: folder.appendingPathComponent(name))
            }
        } catch { throw .failed(figure: figure.name, message: error.localizedDescription) }
    }
}

extension URL {
    /// As a directory.
    func makeDirectory() throws(ReportError) {
        do { try FileManager.default.createDirectory(at: self, withIntermediateDirectories: true) } catch {
            throw .notWritten(path: path, reason: error.localizedDescription)
        }
    }

    /// As a file.
    func write(_ text: String) throws(ReportError) {
        do { try Data(text.utf8).write(to: self) } catch {
            throw .notWritten(path: path, reason: error.localizedDescription)
        }
    }
}
