import Analysis
import ArgumentParser
import Attention
import Drawing
import Files
import Foundation
import Records
import Reporting

struct HistoryCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "How did times change over several results, and at which one?",
        discussion: """
            Takes results of one machine, in the order in which they were measured. A step is a place from which on \
            the time of a cell stays at another level. It must last for two results, and it must be clearer than \
            noise would make it in any of the cells. If only the newest result differs, the cell is marked as one to \
            watch. To accept a step, start the history after it.

            With --strict the command exits with 3 if the newest level of a cell is slower than the level before it. \
            It exits with 7 if the newest results have a wrong result.

            Examples:
              attnbench history reports/nightly-*
              attnbench history reports/nightly-* --output reports/history --strict
              attnbench history old.jsonl new.jsonl newer.jsonl --order given --json
            """)

    @Argument(help: "Results files, or directories that contain results.jsonl.", completion: .results)
    var results: [String]

    @Option(
        help:
            "Order of the results: by the time at which they were measured (started), or as they are given (given), such as by commit."
    )
    var order: History.Order = .started

    @Option(
        help: ArgumentHelp("Smallest change of interest, such as 2% or 0. (default: 2%)", valueName: "share"),
        transform: Self.change)
    var smallest = 0.02

    @Option(
        help: ArgumentHelp("The directory for tables, a figure and JSON.", valueName: "dir"), completion: .directory)
    var output: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Exit with 3 if a cell is slower now.")
    var strict = false

    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws -> Verdict {
        var files: [(path: String, results: Results)] = []
        for path in results.map(ResultsPath.file) { files.append((path, try ResultsFile.load(path))) }
        let history = try History(files, order: order, smallestChange: smallest)
        let text = try JSONText.of(history)
        if let output { try write(history, text, to: URL(fileURLWithPath: output), on: console) }
        if json {
            console.output(text)
        } else {
            if !history.cells.isEmpty {
                console.output(TerminalTable.text(HistoryTables.cells(history), width: console.width) + "\n")
            }
            for line in HistoryTables.findings(history) {
                console.output(TerminalTable.wrap(line, width: console.width, indent: 2).joined(separator: "\n") + "\n")
            }
        }
        let newest = files.first { $0.path == history.entries.last?.path }
        if let failure = newest?.results.measurements.failure(where: "in the newest results, ") { return failure }
        return strict && !history.slower.isEmpty ? .regressed(Self.complaint(of: history.slower)) : .done
    }

    private func write(_ history: History, _ json: String, to directory: URL, on console: Console) throws {
        try ReportDirectory.requireNoResults(in: directory)
        let pages = DocumentDirectory(Document(history), figures: Figure.all(for: history))
        let cautions = try pages.write(to: directory)
        if !outputOptions.quiet { console.caution(cautions) }
        let file = directory.appendingPathComponent("history.json")
        try OutputFile.write(Data(json.utf8), to: file.relativePath)
        if !outputOptions.quiet {
            console.messages("History: \(directory.appendingPathComponent("index.html").relativePath)\n")
        }
    }

    private static func complaint(of slower: [CellHistory]) -> String {
        let names = slower.prefix(3).map { "\($0.series) at n = \($0.keyLength)" }.joined(separator: ", ")
        let more = slower.count > 3 ? " and \(slower.count - 3) more" : ""
        return "\(slower.count == 1 ? "a cell is" : "\(slower.count) cells are") slower: \(names)\(more)"
    }

    private static func change(_ text: String) throws -> Double {
        guard let share = Share.parse(text) else {
            throw ValidationError("\"\(text)\" is no share from 0 to 1; write 2% or 0.02")
        }
        return share
    }
}

extension History.Order: ExpressibleByArgument {}
