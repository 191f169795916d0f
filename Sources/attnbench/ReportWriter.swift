import Analysis
import Benchmarking
import Foundation
import Reporting
import Statistics

/// Turns a results file into a report and tells the reader what it found.
struct ReportWriter {
    let console: Console
    let options: OutputOptions
    var formats = Set(Report.Format.allCases)

    func write(resultsPath: String, to directory: URL) throws {
        let results = try ResultsFile.load(resultsPath)
        let analysis = ScalingAnalysis(results: results)
        try ReportDirectory.make(directory)
        let copy = directory.appendingPathComponent("results.jsonl")
        if copy.standardizedFileURL != URL(fileURLWithPath: resultsPath).standardizedFileURL {
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(atPath: resultsPath, toPath: copy.path)
        }
        let cautions = try Report(results: results, analysis: analysis).write(to: directory, formats: formats)
        let columns = console.width
        if analysis.series.isEmpty {
            let text =
                "Nothing was measured; the report has the reason for each cell. Where time was short, give a longer "
                + "--time-budget."
            console.output(TerminalTable.wrap(text, width: columns, indent: 2).joined(separator: "\n") + "\n")
        } else {
            for (_, table) in ReportTables.summaries(analysis) {
                console.output(TerminalTable.text(table, width: columns) + "\n")
            }
        }
        for line in Headlines(analysis).lines {
            console.output(TerminalTable.wrap(line, width: columns, indent: 2).joined(separator: "\n") + "\n")
        }
        if !options.quiet {
            for caution in analysis.cautions + cautions + environmentCautions(results) {
                let lines = TerminalTable.wrap("Caution: \(caution)", width: columns, indent: 2)
                console.messages(lines.joined(separator: "\n") + "\n")
            }
            let page = formats.contains(.html) ? "index.html" : formats.contains(.md) ? "README.md" : ""
            console.messages("Report: \(directory.appendingPathComponent(page).relativePath)\n")
        }
    }

    /// The report has every check; the terminal names those that were bad.
    private func environmentCautions(_ results: Results) -> [Caution] {
        let bad = results.header.machine.checks.filter { $0.state == .bad }.map(\.name)
        if bad.isEmpty { return [] }
        return [
            Caution("\(bad.count) checks of the environment were bad when it began: " + bad.joined(separator: ", "))
        ]
    }
}
