import Analysis
import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Reporting

struct ReportCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the report of results that are there already.",
        discussion: """
            Reads a results file, or the results.jsonl of a directory, and writes tables, figures and pages. Nothing \
            is measured: the same results give the same report, on any machine.

            Examples:
              attnbench report reports/2026-03-01-scaling
              attnbench report results.jsonl --output reports/again --format md,png
            """)

    @Argument(help: "A results file, or a directory that holds results.jsonl.", completion: .results)
    var results: String

    @Option(help: ArgumentHelp("Where it goes; default beside the results.", valueName: "dir"), completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp("Some of \(Self.formatNames); default all.", valueName: "list"), transform: Self.formats)
    var format: Set<Report.Format>?

    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: results, isDirectory: &isDirectory)
        let path =
            exists && isDirectory.boolValue ? (results as NSString).appendingPathComponent("results.jsonl") : results
        let directory = URL(fileURLWithPath: output ?? (path as NSString).deletingLastPathComponent)
        var writer = ReportWriter(console: console, options: outputOptions)
        if let format { writer.formats = format }
        try writer.write(resultsPath: path, to: directory)
    }

    private static var formatNames: String { Report.Format.allCases.map(\.rawValue).joined(separator: ",") }

    private static func formats(_ text: String) throws -> Set<Report.Format> {
        Set(
            try text.split(separator: ",").map { name in
                guard let format = Report.Format(rawValue: String(name)) else {
                    let nearest = NearestName.of(String(name), among: Report.Format.allCases.map(\.rawValue))
                    let remedy = nearest.map { "did you mean \"\($0)\"?" } ?? "choose from \(formatNames)"
                    throw ValidationError("\"\(name)\" is no format; \(remedy)")
                }
                return format
            })
    }
}
