import Analysis
import Escaping
import Files
import Foundation
import Processes
import Records
import Statistics

/// All that a reviewer of a paper needs of a report, as one zip: results, report, figures with their data and scripts, what
/// measured, and how to measure it again. The same results give the same bytes.
public struct ReportBundle: Sendable {
    public static let format = "bundle"
    public static let fileName = "bundle.zip"

    let report: Report
    /// A results file for each source of the report, in order.
    let results: [Data]

    public init(_ report: Report, results: [Data]) {
        precondition(report.sources.count == results.count, "each source has its results file")
        self.report = report
        self.results = results
    }

    /// - Returns: doubts that arose in writing the report in it.
    public func write(to directory: URL) throws(ReportError) -> [Caution] {
        let scratch: ScratchFolder
        do throws(UnwritableFile) { scratch = try ScratchFolder() } catch { throw .notWritten(error) }
        let root = scratch.url.appendingPathComponent(folderName)
        let cautions = try writeFiles(to: root)
        let checksums = root.appendingPathComponent(Self.checksums)
        let files = try uniformFiles(scratch).map { String($0.dropFirst(folderName.count + 1)) }
        try Self.run(["sha256sum", "--"] + files, in: root, output: .log(path: checksums.path))
        // Extra fields would hold the user's number.
        try Self.run(["zip", "-q", "-X", Self.fileName] + uniformFiles(scratch), in: scratch.url)
        let archive: Data
        do throws(UnreadableFile) {
            archive = try InputFile.read(scratch.url.appendingPathComponent(Self.fileName).path)
        } catch { throw .programFailed("zip", reason: error.description) }
        try directory.makeDirectory()
        try directory.appendingPathComponent(Self.fileName).write(archive)
        return cautions
    }

    static let checksums = "SHA256SUMS"

    /// Of the folder in the zip.
    private var folderName: String {
        FileName.part("attnbench-\(report.sources.map(\.results.header.sweep.name).first ?? "")")
    }

    private func writeFiles(to root: URL) throws(ReportError) -> [Caution] {
        let (sources, folder) = (report.sources, root.appendingPathComponent("report"))
        let cautions = try report.write(to: folder)
        for (source, data) in zip(sources, results) {
            try folder.appendingPathComponent(source.fileName("results", extension: "jsonl", among: sources)).write(
                data)
            let sweep = source.fileName("sweep", extension: "yaml", among: sources)
            try root.appendingPathComponent(sweep).write(SweepText.yaml(source.results.header.sweep))
            let environment = source.fileName("environment", extension: "json", among: sources)
            try root.appendingPathComponent(environment).write(
                try ExportJSON.text(BundleEnvironment(source.results), file: environment))
        }
        let methods = sources.map(Methods.init)
        let works = Works.unique([Works.attnbench] + methods.flatMap(\.works))
        try root.appendingPathComponent("methods.md").write(methods.map(\.markdown.text).joined(separator: "\n"))
        try root.appendingPathComponent("methods.tex").write(methods.map(\.laTeX.text).joined(separator: "\n"))
        try root.appendingPathComponent("references.bib").write(Works.bibliography(works))
        try root.appendingPathComponent("README.md").write(MarkdownDocument.text(Document(bundleOf: sources)))
        return cautions
    }

    private func uniformFiles(_ scratch: ScratchFolder) throws(ReportError) -> [String] {
        do throws(UnwritableFile) { return try scratch.uniformFiles() } catch { throw .notWritten(error) }
    }

    /// Nothing of the user's settings is in a zip: neither the time zone, in which it has times, nor options or the language.
    private static let variables = ["TZ": "UTC", "ZIPOPT": "", "LC_ALL": "C.UTF-8"]

    /// - Parameter command: the name of a program of the system, and its arguments.
    private static func run(
        _ command: [String], in folder: URL, output: ChildProcess.Output = .discarded
    ) throws(ReportError) {
        let (name, arguments) = (command[0], Array(command.dropFirst()))
        guard var program = SystemProgram(name) else { throw .programMissing(name) }
        program.variables = variables
        do throws(SystemProgram.Failure) { try program.run(arguments, in: folder, output: output) } catch {
            throw .programFailed(name, reason: error.description)
        }
    }
}

/// What measured, for programs.
private struct BundleEnvironment: Encodable {
    let machine: Machine
    let build: ResultsHeader.Build
    let ceilings: Ceilings
    let tuning: Tuning?
    let engines: [MeasuredEngine]
    let seed: UInt64
    let startedAt: String
    let command: String

    init(_ results: Results) {
        let header = results.header
        (machine, build, ceilings, tuning) = (header.machine, header.build, header.ceilings, header.tuning)
        engines = MeasuredEngine.all(in: results)
        (seed, startedAt, command) = (header.seed, header.startedAt, header.command)
    }
}
