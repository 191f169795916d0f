import Analysis
import Escaping
import Foundation
import TestSupport
import Testing

@testable import Reporting

/// A report of a stranger's results, read by the programs that read reports.
@Suite struct HostileReportTests {
    private static let noPython = "python3 is not installed: scripts/setup --exports"

    @Test func theHeaderIsFilled() {
        let header = HostileResults.results.header
        for text in [
            header.machine.cpuModel, header.build.commit, header.build.compiler, header.command, header.startedAt,
            header.sweep.name, header.machine.checks[0].detail, header.machine.hypervisor ?? "",
        ] {
            #expect(HostileStrings.all.contains(text), "\(text)")
        }
    }

    /// Two results over each other, with a title and labels of the same kind, in every form.
    private static func write(_ formats: Set<Report.Format>, to directory: URL) throws {
        let strings = HostileStrings.all
        try Report([HostileResults.source], title: strings[14]).write(to: directory, formats: formats)
        try Report(
            [HostileResults.source(label: strings[0]), HostileResults.source(label: strings[1])]
        ).write(to: directory.appendingPathComponent("both"), formats: formats)
    }

    private static func files(_ directory: URL) throws -> [URL] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        return names.map { directory.appendingPathComponent($0) }.filter { !$0.hasDirectoryPath && !isFolder($0) }
    }

    private static func isFolder(_ url: URL) -> Bool {
        (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
    }

    @Test(.enabled(if: OutsideTool.python != nil, "\(noPython)"), .tags(.slow))
    func everyFileIsReadAsData() throws {
        let python = try #require(OutsideTool.python)
        try ReportTests.inDirectory { directory in
            try Self.write([.html, .md, .tex, .svg, .csv, .json], to: directory)
            // gnuplot once more, from its own folder, as somebody would redraw a figure.
            for script in try Self.files(directory) where script.pathExtension == "gp" {
                let folder = script.deletingLastPathComponent()
                let drawn = try #require(OutsideTool("gnuplot")).run(
                    ["-e", "formats='svg'", script.lastPathComponent], in: folder)
                #expect(drawn.status == 0, "\(script.lastPathComponent): \(drawn.output.suffix(300))")
            }
            let files = try Self.files(directory)
            #expect(!files.contains { $0.lastPathComponent == HostileStrings.mark })
            #expect(!FileManager.default.fileExists(atPath: HostileStrings.mark))
            let known: Set = ["html", "md", "tex", "svg", "csv", "json", "gp"]
            #expect(files.allSatisfy { known.contains($0.pathExtension) })
            for (suffix, reader) in [("html", "page"), ("svg", "svg"), ("csv", "csv")] {
                let paths = files.filter { $0.pathExtension == suffix }.map(\.path)
                #expect(paths.count >= 2)
                let found = try python.run([Self.readers, reader] + paths)
                #expect(found.status == 0 && found.output == "", "\(found.output.prefix(2000))")
            }
        }
    }

    private static let readers =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("readers.py").path

    /// The readers see what is wrong.
    @Test(.enabled(if: OutsideTool.python != nil, "\(noPython)"))
    func theReadersSeeFaults() throws {
        let python = try #require(OutsideTool.python)
        try ReportTests.inDirectory { directory in
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let faults = [
                ("page", "<p onclick=\"x()\">"), ("page", "<script>x()</script>"),
                ("page", "<a href=\"javascript:x\">"),
                ("svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"), ("csv", "a,b\n=1+1,2\n"),
                ("csv", "a,b\n1\n"),
            ]
            for (reader, text) in faults {
                let file = directory.appendingPathComponent("fault")
                try Data(text.utf8).write(to: file)
                #expect(try python.run([Self.readers, reader, file.path]).status == 1, "\(text)")
            }
        }
    }

    /// Markdown and LaTeX by what may stand in them: no reader of either is everywhere.
    @Test func pagesHoldNoForeignMarkup() throws {
        try ReportTests.inDirectory { directory in
            try Self.write([.md, .tex], to: directory)
            for folder in [directory, directory.appendingPathComponent("both")] {
                let markdown = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
                let prose = markdown.replacing(#/```sh\n[^\n]*\n```/#, with: "")
                #expect(!prose.contains("```"))
                for tag in prose.matches(of: #/<[^>]*>/#) { #expect(["<sup>", "</sup>"].contains(tag.0), "\(tag.0)") }
                for link in prose.matches(of: #/\]\(([^)]*)\)/#) {
                    #expect(link.1.firstMatch(of: #/^(figures\/)?[\p{L}\p{N}._\\-]+$/#) != nil, "\(link.1)")
                }
                // LaTeX reads no comment.
                let report = try String(contentsOf: folder.appendingPathComponent("report.tex"), encoding: .utf8)
                let paper = report.replacing(#/(?m)^%.*$/#, with: "")
                #expect(paper.firstMatch(of: #/\\(input|write|immediate|openout|catcode|def)\b/#) == nil)
                #expect(paper.components(separatedBy: "\\end{document}").count == 1)
                for text in [markdown, report] {
                    #expect(!text.unicodeScalars.contains { $0 != "\n" && VisibleText.isUnseen($0) })
                }
            }
        }
    }

    @Test(.enabled(if: OutsideTool.sqlite != nil, "sqlite3 is not installed: apt-get install sqlite3"))
    func sqliteKeepsEachName() throws {
        try OutsideTool.inFolder { folder in
            let script = SQLiteScript.text(HostileResults.source) + "SELECT DISTINCT hex(kernel) FROM cells;\n"
            let result = try #require(OutsideTool.sqlite).run(["-bail", ":memory:"], input: script, in: folder)
            #expect(result.status == 0, "\(result.output.prefix(500))")
            let kernels = Set(
                result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init))
            #expect(kernels == Set(HostileStrings.all.map { $0.utf8.map { String(format: "%02X", $0) }.joined() }))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test func comparisonsAreReadAsData() throws {
        for start in HostileStrings.all.indices {
            let comparison = try HostileResults.comparison(start)
            let summary = StepSummary.text(comparison)
            for tag in summary.replacing(#/(?s)(`{3,})sh\n.*?\n\1\n/#, with: "").matches(of: #/<[^>]*>/#) {
                #expect(["<details>", "</details>", "<summary>", "</summary>"].contains(tag.0), "\(tag.0)")
            }
            if let command = WorkflowCommand(comparison, link: nil) {
                #expect(!"\(command)".unicodeScalars.contains { $0 == "\n" || $0 == "\r" })
            }
            let json = try ComparisonJSON.text(comparison)
            #expect(try JSONDecoder().decode(Comparison.self, from: Data(json.utf8)) == comparison)
        }
    }

    /// All comparisons at once, so that each reader is started once.
    @Test func comparisonsAreReadByOtherPrograms() throws {
        try OutsideTool.inFolder { folder in
            var paths: (xml: [String], csv: [String]) = ([], [])
            for start in HostileStrings.all.indices {
                let comparison = try HostileResults.comparison(start)
                let (xml, csv) = (
                    folder.appendingPathComponent("\(start).xml"), folder.appendingPathComponent("\(start).csv")
                )
                try Data(JUnit.text(comparison).utf8).write(to: xml)
                try Data(ComparisonCSV.text(comparison).utf8).write(to: csv)
                paths.xml.append(xml.path)
                paths.csv.append(csv.path)
            }
            if let xmllint = OutsideTool.xmllint {
                let read = try xmllint.run(["--noout"] + paths.xml)
                #expect(read.status == 0, "\(read.output.prefix(500))")
            }
            if let python = OutsideTool.python {
                let found = try python.run([Self.readers, "csv"] + paths.csv)
                #expect(found.status == 0 && found.output == "", "\(found.output)")
            }
        }
    }

    /// The policy of a page names the one script and the one style that the page holds.
    @Test(.enabled(if: OutsideTool.sha256sum != nil, "sha256sum is not installed: apt-get install coreutils"))
    func thePolicyKnowsOurScriptAndStyle() throws {
        let sha256sum = try #require(OutsideTool.sha256sum)
        for (text, hash) in [(HTMLScript.text.text, HTMLScript.hash), (HTMLStyle.css.text, HTMLStyle.hash)] {
            let hex = Array(try sha256sum.run([], input: text).output.prefix(64).utf8)
            let bytes = stride(from: 0, to: 64, by: 2).map {
                UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)!
            }
            #expect(Data(bytes).base64EncodedString() == hash)
        }
    }
}
