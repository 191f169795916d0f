import Analysis
import ArgumentParser
import Attention
import Drawing
import Faults
import Foundation
import Reporting

struct ReportCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report from existing results.",
        discussion: """
            Reads results files, or the results.jsonl of directories, and writes tables, figures and pages. Nothing \
            is measured: a results file gives the same report on any machine. Several results are compared in one \
            report, with the ratio of their times to the first.

            Examples:
              attnbench report reports/2026-03-01-scaling
              attnbench report results.jsonl --output reports/again --format md,png
              attnbench report results.jsonl --title "What long context costs on two cores"
              attnbench report results.jsonl --format tex,pdf --width column
              attnbench report results.jsonl --format bencher,sql --output exports
              attnbench report results.jsonl --format bundle --output artifact
              attnbench report a.jsonl b.jsonl --label old --label new --output both
            """)

    @Argument(
        help: ArgumentHelp("Results files, or directories that contain results.jsonl.", valueName: "results"),
        completion: .results)
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "A name for results, once for each of them, in order. (default: the file's name)", valueName: "name"))
    var label: [String] = []

    @Option(help: ArgumentHelp("The title of the page. (default: one that names the sweep)", valueName: "text"))
    var title: String?

    @Option(
        help: ArgumentHelp("The directory for the report. (default: that of the results)", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "One or more of \(ReportFormats.names.joined(separator: ",")). (default: all up to json)", valueName: "list"
        ),
        completion: .list(ReportFormats.names), transform: ReportFormats.init)
    var format: ReportFormats?

    @Option(
        help: ArgumentHelp(
            "Width of the figures: page (7.5 in, with a title) or column (3.5 in, without a title, for a paper).",
            valueName: "size"))
    var width: FigureWidth = .page

    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if paths.isEmpty { throw ValidationError("name a results file, or a directory that holds results.jsonl") }
        if !label.isEmpty, label.count != paths.count {
            throw ValidationError(
                "there are \(label.count) --label for \(paths.count) results; give one for each, in order")
        }
        if let twice = label.first(where: { name in label.count { $0 == name } > 1 }) {
            throw ValidationError("two results are called \"\(twice)\"; give each a label of its own")
        }
        if paths.count > 1, output == nil {
            throw ValidationError("give --output, the directory for the report of \(paths.count) results")
        }
    }

    func run(on console: Console) throws -> Verdict {
        let files = paths.map(ResultsPath.file)
        // Not by NSString: its `deletingLastPathComponent` traps on a path of one letter.
        let directory =
            output.map { URL(fileURLWithPath: $0) } ?? URL(fileURLWithPath: files[0]).deletingLastPathComponent()
        var writer = ReportWriter(console: console, options: outputOptions)
        if let format {
            writer.formats = format.report
            writer.exports = format.exports
            writer.makesBundle = format.makesBundle
        }
        writer.title = title
        writer.width = width
        let sources = try writer.write(zip(Self.labels(files, given: label), files).map { ($0, $1) }, to: directory)
        for (source, file) in zip(sources, files) where source.results.measurements.allSatisfy({ !$0.isMeasured }) {
            throw NothingMeasuredThere(path: file)
        }
        return .done
    }

    /// The file's name, or its directory's where the file is called results.jsonl like all others; numbered where two
    /// would be the same.
    static func labels(_ files: [String], given: [String]) -> [String] {
        guard given.isEmpty else { return given }
        let names = files.map { file -> String in
            let url = URL(fileURLWithPath: file)
            let name = url.deletingPathExtension().lastPathComponent
            return name == "results" ? url.deletingLastPathComponent().lastPathComponent : name
        }
        return names.enumerated().map { index, name in
            names.count { $0 == name } > 1 ? "\(name)-\(index + 1)" : name
        }
    }
}

/// The report is written, but a script must not continue with results that have no measurements.
struct NothingMeasuredThere: Fault {
    let path: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "no cell of \(path) was measured; the report has the reason for each, and `attnbench run --resume` tries them again"
    }
}

extension FigureWidth: ExpressibleByArgument {}

/// What a report is to be written as: pages, figures and data, and forms that other programs read.
struct ReportFormats {
    let report: Set<Report.Format>
    let exports: [Export<ReportSource>]
    /// A zip with all of the report, for reviewers.
    let makesBundle: Bool

    static var names: [String] {
        Report.Format.allCases.map(\.rawValue) + Export<ReportSource>.all.map(\.name) + [ReportBundle.format]
    }

    /// - Parameter text: names between commas.
    init(_ text: String) throws {
        var report: Set<Report.Format> = []
        var exports: [Export<ReportSource>] = []
        var makesBundle = false
        for name in text.split(separator: ",").map(String.init) {
            if name == ReportBundle.format {
                makesBundle = true
            } else if let format = Report.Format(rawValue: name) {
                report.insert(format)
            } else if let export = Export<ReportSource>.all.first(where: { $0.name == name }) {
                exports.append(export)
            } else {
                throw ExportNames.unknown(name, among: Self.names)
            }
        }
        self.report = report
        self.exports = exports
        self.makesBundle = makesBundle
    }
}
