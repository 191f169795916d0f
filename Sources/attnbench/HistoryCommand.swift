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
        abstract: "How the times of each cell went over several results, and where they stepped.",
        discussion: """
            Takes results of one machine, oldest first by when they were measured. A step must hold for two results \
            before it is told, and be clearer than chance in all cells together; a newest result that stands out alone \
            is one to watch. To accept a step, begin the history after it.

            With --strict a cell whose newest level is slower than the one before ends the command with exit code 3. A \
            wrong result in the newest results ends it with exit code 7.

            Examples:
              attnbench history reports/nightly-*
              attnbench history reports/nightly-* --output reports/history --strict
              attnbench history old.jsonl new.jsonl newer.jsonl --order given --json
            """)

    @Argument(help: "Results files, or directories that hold results.jsonl.", completion: .results)
    var results: [String]

    @Option(
        help: "Oldest first by when they were measured, or the order in which they are given, such as that of commits.")
    var order: History.Order = .started

    @Option(
        help: ArgumentHelp("Smallest change of interest, such as 2% or 0; default 2%.", valueName: "share"),
        transform: Self.change)
    var smallest = 0.02

    @Option(help: ArgumentHelp("Write tables, figure and JSON there.", valueName: "dir"), completion: .directory)
    var output: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "End with exit code 3 where a cell is slower now.")
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
