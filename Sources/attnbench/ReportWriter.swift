import Analysis
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
    var title: String?
    var width = FigureWidth.page

    func write(resultsPath: String, to directory: URL) throws {
        try write([(directory.lastPathComponent, resultsPath)], to: directory)
    }

    /// - Parameter inputs: a label and a results file each, at least one; ratios are over the first.
    func write(_ inputs: [(label: String, path: String)], to directory: URL) throws {
        let sources = try inputs.map { label, path in
            let results = try ResultsFile.load(path)
            return ReportSource(label: label, results: results, analysis: ScalingAnalysis(results: results))
        }
        try ReportDirectory.make(directory)
        for (source, input) in zip(sources, inputs) {
            try Self.copy(
                input.path, to: directory.appendingPathComponent(source.fileName("results", "jsonl", among: sources)))
        }
        let report = Report(sources, title: title, width: width)
        let cautions = try report.write(to: directory, formats: formats)
        try report.write(exports, to: directory)
        for source in sources { summarise(source, isAlone: sources.count == 1) }
        for sentence in OverlaySentences.ratios(sources) { output(sentence + ".") }
        if !options.quiet {
            let launches = sources.flatMap { LaunchTables.cautions($0.results) }
            let environment = sources.flatMap { environmentCautions($0, isAlone: sources.count == 1) }
            console.caution(OverlaySentences.cautions(sources) + cautions + launches + environment)
            let page = formats.contains(.html) ? "index.html" : formats.contains(.md) ? "README.md" : ""
            console.messages("Report: \(directory.appendingPathComponent(page).relativePath)\n")
        }
    }

    private static func copy(_ path: String, to place: URL) throws(ReportError) {
        guard place.standardizedFileURL != URL(fileURLWithPath: path).standardizedFileURL else { return }
        try? FileManager.default.removeItem(at: place)
        do { try FileManager.default.copyItem(atPath: path, toPath: place.path) } catch {
            throw .notWritten(path: place.relativePath, reason: error.localizedDescription)
        }
    }

    private func summarise(_ source: ReportSource, isAlone: Bool) {
        if !isAlone { output("\(source.label):") }
        if source.analysis.series.isEmpty {
            output("Nothing was measured; the report has the reason for each cell.")
        } else {
            for (_, table) in ReportTables.summaries(source.analysis) {
                console.output(TerminalTable.text(table, width: console.width) + "\n")
            }
        }
        guard isAlone else { return }
        for line in Headlines(source.analysis).lines { output(line) }
        if let sentence = LaunchTables.sentence(source.analysis) { output(sentence) }
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
