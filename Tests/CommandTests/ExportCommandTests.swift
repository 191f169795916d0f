import Foundation
import Testing

@testable import attnbench

/// The `--format` of gate, compare and report, up to the files.
@Suite struct ExportCommandTests {
    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private static func contents(_ folder: URL, _ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    @Test func aComparisonIsWrittenInEachFormThatIsAskedFor() throws {
        try Self.inFolder { folder in
            let out = folder.appendingPathComponent("out")
            let session = Session(
                [
                    "compare", ReportCommandTests.results, ReportCommandTests.results, "--output", out.path, "--format",
                    "json,csv,junit,github",
                ])
            #expect(session.status == .done, "\(session.messages)")
            let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
            #expect(Set(names) == ["comparison.json", "comparison.csv", "junit.xml", "summary.md"])
            #expect(try Self.contents(out, "junit.xml").hasPrefix("<?xml"))
            #expect(try Self.contents(out, "summary.md").hasPrefix("## attnbench compare: "))
            #expect(!session.output.contains("::warning"), "no runner reads this")
        }
    }

    /// The same results twice are INCONCLUSIVE, since one launch each leaves nothing to judge by.
    @Test func aRunnerGetsASummaryAndOneAnnotation() throws {
        try Self.inFolder { folder in
            let summary = folder.appendingPathComponent("summary")
            try Data("before\n".utf8).write(to: summary)
            let session = Session(
                ["compare", ReportCommandTests.results, ReportCommandTests.results, "--format", "github"],
                environment: [
                    "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary.path,
                    "GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7",
                ])
            #expect(session.status == .done, "\(session.messages)")
            let text = try Self.contents(folder, "summary")
            #expect(text.hasPrefix("before\n## attnbench compare: INCONCLUSIVE\n"))
            let commands = session.output.split(separator: "\n").filter { $0.hasPrefix("::") }
            #expect(commands.count == 1)
            #expect(commands.first?.hasPrefix("::warning title=attnbench%3A INCONCLUSIVE::") == true)
            #expect(commands.first?.hasSuffix("https://github.example/a/b/actions/runs/7") == true)
        }
    }

    @Test func aSummaryThatIsFullStaysAsItIs() throws {
        try Self.inFolder { folder in
            let summary = folder.appendingPathComponent("summary")
            let before = Data(repeating: UInt8(ascii: "x"), count: 1 << 20)
            try before.write(to: summary)
            let session = Session(
                ["compare", ReportCommandTests.results, ReportCommandTests.results, "--format", "github"],
                environment: ["GITHUB_STEP_SUMMARY": summary.path])
            #expect(session.status == .done, "\(session.messages)")
            #expect(try Data(contentsOf: summary) == before)
        }
    }

    @Test func resultsAreWrittenForOtherPrograms() throws {
        try Self.inFolder { folder in
            let session = Session(
                [
                    "report", ReportCommandTests.results, "--output", folder.path, "--format",
                    "bencher,github-action-benchmark,google-benchmark,sql",
                ])
            #expect(session.status == .done, "\(session.messages)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(
                Set(names) == [
                    "bencher.json", "github-action-benchmark.json", "google-benchmark.json", "results.sql",
                    "results.jsonl",
                ])
            for name in names where name.hasSuffix(".json") {
                let object = try JSONSerialization.jsonObject(with: Data(try Self.contents(folder, name).utf8))
                #expect((object as? [Any])?.isEmpty ?? (object as? [String: Any])?.isEmpty == false, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("report a.jsonl --format googlebenchmark", "did you mean \"google-benchmark\"?"),
        ("report a.jsonl --format wordperfect", "there are html, md, "),
        ("gate --baseline x --format junti", "did you mean \"junit\"?"),
        ("gate --baseline x --format junit", "give --output, the directory for junit.xml"),
        ("gate --baseline x --format github", "give --output, the directory for summary.md"),
        ("compare a b --format json", "give --output, the directory for comparison.json"),
    ])
    func whatIsNotUnderstoodIsNamedBeforeAnythingRuns(line: String, words: String) {
        let session = Session(line)
        #expect(session.status == .usage)
        #expect(session.messages.contains(words), "\(session.messages)")
    }
}
