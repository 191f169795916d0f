import Analysis
import Drawing
import Files
import Foundation
import Records
import Reporting
import Statistics

/// Turns a results file into a report and tells the reader what it found.
struct ReportWriter {
    let console: Console
    let options: OutputOptions
    var formats = Set(Report.Format.allCases)
    var exports: [Export<ReportSource>] = []
    var makesBundle = false
    var title: String?
    var width = FigureWidth.page

    func write(resultsPath: String, to directory: URL) throws {
        try write([(directory.lastPathComponent, resultsPath)], to: directory)
    }

    /// - Parameter inputs: a label and a results file each, at least one; ratios are over the first.
    /// - Returns: what was in them.
    @discardableResult
    func write(_ inputs: [(label: String, path: String)], to directory: URL) throws -> [ReportSource] {
        let sources = try inputs.map { label, path in
            let results = try ResultsFile.load(path)
            return ReportSource(label: label, results: results)
        }
        let copies = try ResultsCopies(
            of: zip(sources, inputs).map { ($1.path, $0.fileName("results", extension: "jsonl", among: sources)) },
            in: directory)
        try Folder.make(directory.relativePath)
        try copies.write()
        let report = Report(sources, title: title, width: width)
        var cautions = try report.write(to: directory, formats: formats)
        try report.write(exports, to: directory)
        if makesBundle {
            let results = try inputs.map { _, path throws(UnreadableFile) in try InputFile.read(path) }
            cautions += try ReportBundle(report, results: results).write(to: directory).filter {
                !cautions.contains($0)
            }
        }
        for source in sources { summarise(source, isAlone: sources.count == 1) }
        for sentence in OverlaySentences.ratios(sources) { output(sentence + ".") }
        if !options.quiet {
            let launches = sources.flatMap { LaunchTables.cautions($0.results) }
            let environment = sources.flatMap { environmentCautions($0, isAlone: sources.count == 1) }
            console.caution(OverlaySentences.cautions(sources) + cautions + launches + environment)
            let page =
                formats.contains(.html)
                ? "index.html" : formats.contains(.md) ? "README.md" : makesBundle ? ReportBundle.fileName : ""
            console.messages("Report: \(directory.appendingPathComponent(page).relativePath)\n")
        }
        return sources
    }

    private func summarise(_ source: ReportSource, isAlone: Bool) {
        if !isAlone { output("\(source.label):") }
        if source.analysis.series.isEmpty {
            output("Nothing was measured; the report has the reason for each cell.")
        } else {
            for (caption, table) in source.findings.summaries {
                output(caption)
                console.output(TerminalTable.text(table, width: console.width) + "\n")
            }
        }
        guard isAlone else { return }
        for line in Headlines(source.findings).lines { output(line) }
        if let sentence = source.findings.varianceOverLaunches { output(sentence) }
    }

    private func output(_ text: String) {
        console.output(TerminalTable.wrap(text, width: console.width, indent: 2).joined(separator: "\n") + "\n")
    }

    /// The report has every check; the terminal names those that were bad.
    private func environmentCautions(_ source: ReportSource, isAlone: Bool) -> [Caution] {
        let bad = source.results.header.machine.checks.filter { $0.state == .bad }.map(\.name)
        if bad.isEmpty { return [] }
        return [
            Caution(
                (isAlone ? "" : "\(source.label): ") + "\(bad.count) checks of the environment were bad when it began: "
                    + bad.joined(separator: ", "))
        ]
    }
}
