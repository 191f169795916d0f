import Analysis
import Benchmarking
import Foundation
import Statistics

/// The report directory: `index.html`, `README.md`, `analysis.json` and `figures/`. The caller puts `results.jsonl`
/// beside them.
public struct Report: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case html, md, svg, png, pdf, csv, json
    }

    public let results: Results
    public let analysis: ScalingAnalysis
    private let figures: [Figure]
    private let gnuplot: Result<Gnuplot, GnuplotError>

    public init(results: Results, analysis: ScalingAnalysis) {
        self.init(
            results: results, analysis: analysis, figures: Figure.all(for: analysis),
            gnuplot: Result { () throws(GnuplotError) in try Gnuplot() })
    }

    init(
        results: Results, analysis: ScalingAnalysis, figures: [Figure], gnuplot: Result<Gnuplot, GnuplotError>
    ) {
        self.results = results
        self.analysis = analysis
        self.figures = figures
        self.gnuplot = gnuplot
    }

    /// Writes into a directory, which is made where there is none; files of earlier reports are replaced.
    ///
    /// - Returns: doubts that arose in writing: a figure that could not be drawn does not stop the report.
    @discardableResult
    public func write(
        to directory: URL, formats: Set<Format> = Set(Format.allCases)
    ) throws(ReportError) -> [Caution] {
        let folder = directory.appendingPathComponent("figures")
        var cautions: [Caution] = []
        var drawn: [(figure: Figure, drawn: [FigureFormat])] = []
        var images: [String: Data] = [:]
        if !formats.isDisjoint(with: [.html, .md, .svg, .png, .pdf, .csv]) {
            try make(folder)
            for figure in figures {
                try write(figure.data, to: folder.appendingPathComponent("\(figure.name).csv"))
                try write(figure.script, to: folder.appendingPathComponent("\(figure.name).gp"))
            }
            (drawn, images, cautions) = draw(in: folder, formats)
        } else {
            try make(directory)
        }
        let document = Document(results: results, analysis: analysis, figures: drawn, cautions: cautions)
        if formats.contains(.html) {
            let text = HTMLDocument.text(document) { images[$0.name] }
            try write(text, to: directory.appendingPathComponent("index.html"))
        }
        if formats.contains(.md) {
            try write(MarkdownDocument.text(document), to: directory.appendingPathComponent("README.md"))
        }
        if formats.contains(.json) {
            try write(encodedAnalysis(), to: directory.appendingPathComponent("analysis.json"))
        }
        return cautions
    }

    /// Draws every figure and keeps the formats that were asked for; an SVG that only the HTML needs is read, then
    /// removed.
    private func draw(in folder: URL, _ formats: Set<Format>) -> (
        drawn: [(figure: Figure, drawn: [FigureFormat])], images: [String: Data], cautions: [Caution]
    ) {
        let wanted = FigureFormat.allCases.filter { format in
            Format(rawValue: format.rawValue).map(formats.contains) ?? false
        }
        let gnuplot: Gnuplot
        switch self.gnuplot {
        case .success(let found): gnuplot = found
        case .failure(let error): return (figures.map { ($0, []) }, [:], [Caution("\(error)")])
        }
        var images: [String: Data] = [:]
        var cautions: [Caution] = []
        let drawn = figures.map { figure -> (figure: Figure, drawn: [FigureFormat]) in
            do { try gnuplot.draw(figure.name, in: folder) } catch {
                cautions.append(Caution("\(error)"))
                return (figure, [])
            }
            let file = folder.appendingPathComponent(figure.name)
            images[figure.name] = try? Data(contentsOf: file.appendingPathExtension(FigureFormat.svg.rawValue))
            for format in FigureFormat.allCases where !wanted.contains(format) {
                try? FileManager.default.removeItem(at: file.appendingPathExtension(format.rawValue))
            }
            return (figure, wanted)
        }
        return (drawn, images, cautions)
    }

    private func encodedAnalysis() throws(ReportError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(analysis), as: UTF8.self) + "\n" } catch {
            throw .notEncoded("\(error)")
        }
    }

    private func make(_ directory: URL) throws(ReportError) {
        do { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) } catch {
            throw .notWritten(path: directory.path, reason: error.localizedDescription)
        }
    }

    private func write(_ text: String, to file: URL) throws(ReportError) {
        do { try Data(text.utf8).write(to: file) } catch {
            throw .notWritten(path: file.path, reason: error.localizedDescription)
        }
    }
}

public enum ReportError: Error, Equatable, CustomStringConvertible {
    case notWritten(path: String, reason: String)
    case notEncoded(String)

    public var description: String {
        switch self {
        case .notWritten(let path, let reason):
            "cannot write \(path): \(reason); choose another place with --output"
        case .notEncoded(let reason):
            "analysis.json cannot hold a number of this analysis: \(reason); leave json out of --format"
        }
    }
}
