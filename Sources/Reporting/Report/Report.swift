import Analysis
import Drawing
import Faults
import Files
import Foundation
import Statistics

/// The report directory: `index.html`, `README.md`, `report.tex`, `cells.csv` and `.json`, `samples.csv`, `analysis.json`
/// and `figures/`. The caller puts `results.jsonl` beside them. Of several results each has its label in the names of
/// those two: `results-LABEL.jsonl`, `analysis-LABEL.json`.
public struct Report: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case html, md, tex, svg, png, pdf, csv, json
    }

    public let sources: [ReportSource]
    /// In place of one that names the sweep.
    private let title: String?
    private let figures: [Figure]
    private let gnuplot: Result<Gnuplot, GnuplotError>

    /// - Parameter sources: at least one; labels differ. Ratios are over the first.
    public init(_ sources: [ReportSource], title: String? = nil, width: FigureWidth = .page) {
        let figures =
            sources.count == 1
            ? Figure.all(for: sources[0].findings, width: width)
            : Figure.all(overlaying: sources, width: width)
        self.init(
            sources, title: title, figures: figures, gnuplot: Result { () throws(GnuplotError) in try Gnuplot() })
    }

    init(
        _ sources: [ReportSource], title: String? = nil, figures: [Figure], gnuplot: Result<Gnuplot, GnuplotError>
    ) {
        precondition(!sources.isEmpty, "a report is about results")
        precondition(Set(sources.map(\.label)).count == sources.count, "two sources have one label")
        self.sources = sources
        self.title = title
        self.figures = figures
        self.gnuplot = gnuplot
    }

    /// Writes into a directory, which is made where there is none; files of the same names are replaced.
    ///
    /// - Returns: doubts that arose in writing: a figure that could not be drawn does not stop the report.
    @discardableResult
    public func write(
        to directory: URL, formats: Set<Format> = Set(Format.allCases)
    ) throws(ReportError) -> [Caution] {
        try directory.makeDirectory()
        let drawing = Set(FigureFormat.allCases.filter { formats.contains($0.reportFormat) })
        var cautions: [Caution] = []
        if !formats.isSubset(of: [.json]) {
            let files = try FigureFiles(
                figures, in: directory.appendingPathComponent("figures"),
                .init(formats: drawing, needsImages: formats.contains(.html)), gnuplot: gnuplot)
            cautions = files.cautions
            var document =
                sources.count == 1
                ? Document(sources[0], figures: files.drawn, cautions: cautions, formats: formats)
                : Document(overlaying: sources, figures: files.drawn, cautions: cautions, formats: formats)
            if let title { document.title = title }
            if formats.contains(.html) {
                let text = HTMLDocument.text(document) { files.images[$0.name] }
                try directory.appendingPathComponent("index.html").write(text)
            }
            if formats.contains(.md) {
                try directory.appendingPathComponent("README.md").write(MarkdownDocument.text(document))
            }
            if formats.contains(.tex) {
                try directory.appendingPathComponent("report.tex").write(LaTeXDocument.text(document))
            }
        }
        try writeData(to: directory, formats)
        return cautions
    }

    private func writeData(to directory: URL, _ formats: Set<Format>) throws(ReportError) {
        if formats.contains(.csv) {
            try directory.appendingPathComponent("cells.csv").write(TidyTable.cells(of: sources).csv)
            try directory.appendingPathComponent("samples.csv").write(TidyTable.samples(of: sources).csv)
        }
        guard formats.contains(.json) else { return }
        try directory.appendingPathComponent("cells.json").write(TidyTable.cells(of: sources).json)
        for source in sources {
            let name = source.fileName("analysis", extension: "json", among: sources)
            try directory.appendingPathComponent(name).write(
                try ExportJSON.text(source.findings, file: "analysis.json"))
        }
    }

    /// Writes what other programs read; of several results each has a file.
    public func write(_ exports: [Export<ReportSource>], to directory: URL) throws(ReportError) {
        try directory.makeDirectory()
        for export in exports {
            for source in sources {
                let name = source.fileName(export.fileStem, extension: export.fileExtension, among: sources)
                try directory.appendingPathComponent(name).write(try export.text(source))
            }
        }
    }
}

extension FigureFormat {
    fileprivate var reportFormat: Report.Format {
        switch self {
        case .svg: .svg
        case .png: .png
        case .pdf: .pdf
        }
    }
}

public enum ReportError: Fault, Equatable {
    case notWritten(UnwritableFile)
    case notEncoded(file: String, reason: String)
    /// A program of the system that makes bundles.
    case programMissing(String)
    case programFailed(String, reason: String)

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String {
        switch self {
        case .notWritten(let file): "\(file) with --output"
        case .notEncoded(let file, let reason):
            "\(file) cannot represent one of the numbers: \(reason); leave it out of --format"
        case .programMissing(let name):
            "a bundle needs the program \(name), which is not on the search path; install it (apt-get install "
                + "\(name == "sha256sum" ? "coreutils" : name)) and try again"
        case .programFailed(let name, let reason): "the program \(name) could not make the bundle: \(reason)"
        }
    }
}
