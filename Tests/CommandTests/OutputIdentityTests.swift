import Foundation
import TestSupport
import Testing

@testable import attnbench

/// What lies where an output is to go, by whatever name, is never lost.
@Suite struct OutputIdentityTests {
    private let folder: TestFolder
    private let lines: [String]

    init() throws {
        folder = try TestFolder()
        let text = try String(contentsOfFile: ReportCommandTests.results, encoding: .utf8)
        lines = text.split(separator: "\n").prefix(6).map(String.init)
        try folder.write(whole, to: "whole.jsonl")
        try folder.write(other, to: "other.jsonl")
        try folder.write(beginning, to: "beginning.jsonl")
    }

    private var whole: String { lines.joined(separator: "\n") + "\n" }
    private var beginning: String { lines.prefix(4).joined(separator: "\n") + "\n" }
    /// Without one that the others have, and with one that they have not.
    private var other: String { (lines.prefix(3) + lines.suffix(1)).joined(separator: "\n") + "\n" }

    private func report(_ words: String...) -> Session {
        Session(["report"] + words.map { $0.hasPrefix("-") ? $0 : folder.path($0) } + ["--format=md"])
    }

    @Test func resultsBesideOthersAreLeftAlone() throws {
        try folder.write(whole, to: "results.jsonl")
        try folder.write("the report of whole.jsonl", to: "README.md")
        let session = report("other.jsonl")
        #expect(session.status == .usage)
        #expect(
            session.messages.contains("\(folder.path("results.jsonl")) contains other results"), "\(session.messages)")
        #expect(session.messages.contains("--output \(folder.url.path)-2"))
        #expect(folder.text("results.jsonl") == whole && folder.text("README.md") == "the report of whole.jsonl")
    }

    @Test func aDirectoryKeepsItsResults() throws {
        #expect(report("whole.jsonl", "--output", "place").status == .done)
        let page = folder.text("place/README.md")
        #expect(report("other.jsonl", "--output", "place").status == .usage)
        #expect(report("beginning.jsonl", "--output", "place").status == .usage)
        #expect(folder.text("place/results.jsonl") == whole && folder.text("place/README.md") == page)
        // Neither a second name nor several results at once are a way around.
        #expect(report("other.jsonl", "--output", "place/../place").status == .usage)
        #expect(report("other.jsonl", "beginning.jsonl", "--output", "place").status == .usage)
        #expect(folder.text("place/results.jsonl") == whole)
    }

    /// A run that went on has every line that it had.
    @Test func whatLosesNothingMayReplace() throws {
        #expect(report("beginning.jsonl", "--output", "place").status == .done)
        #expect(report("whole.jsonl", "--output", "place").status == .done)
        #expect(folder.text("place/results.jsonl") == whole)
    }

    @Test(arguments: ["../whole.jsonl", "absolute", "hard"]) func oneFileWithTwoNamesStays(kind: String) throws {
        try FileManager.default.createDirectory(atPath: folder.path("place"), withIntermediateDirectories: true)
        switch kind {
        case "absolute": try folder.link("place/results.jsonl", to: folder.path("whole.jsonl"))
        case "hard":
            try FileManager.default.linkItem(
                atPath: folder.path("whole.jsonl"), toPath: folder.path("place/results.jsonl"))
        default: try folder.link("place/results.jsonl", to: kind)
        }
        for words in [["whole.jsonl", "--output", "place"], ["place"], ["place/../place/results.jsonl"]] {
            let session = Session(
                ["report"] + words.map { $0.hasPrefix("-") ? $0 : folder.path($0) } + ["--format=md"])
            #expect(session.status == .done, "\(session.messages)")
            #expect(folder.text("whole.jsonl") == whole && folder.text("place/results.jsonl") == whole)
        }
        let destination = try? FileManager.default.destinationOfSymbolicLink(atPath: folder.path("place/results.jsonl"))
        #expect(destination == (kind == "hard" ? nil : kind == "absolute" ? folder.path("whole.jsonl") : kind))
    }

    @Test func labelsThatLookAlikeHaveFilesOfTheirOwn() throws {
        let session = report("whole.jsonl", "other.jsonl", "--label=a/b", "--label=a b", "--output", "both")
        #expect(session.status == .done, "\(session.messages)")
        #expect(folder.text("both/results-a-b.jsonl") == whole && folder.text("both/results-a-b-2.jsonl") == other)
    }

    /// One copy would be written over the source of the other.
    @Test func sourcesAreNotWrittenOver() throws {
        #expect(report("whole.jsonl", "other.jsonl", "--label=a", "--label=b", "--output", "both").status == .done)
        let swapped = report(
            "both/results-a.jsonl", "both/results-b.jsonl", "--label=b", "--label=a", "--output", "both")
        #expect(swapped.status == .usage, "\(swapped.messages)")
        #expect(folder.text("both/results-a.jsonl") == whole && folder.text("both/results-b.jsonl") == other)
        let again = report("both/results-a.jsonl", "both/results-b.jsonl", "--label=a", "--label=b", "--output", "both")
        #expect(again.status == .done, "\(again.messages)")
    }

    /// Both may start before either has written anything.
    @Test func ofTwoReportsAtOnceOneHasTheDirectory() throws {
        let words = "--format=md --output place"
        let runs = try ["whole", "other"].map {
            try Program.start("$attnbench report \($0).jsonl \(words)", in: folder)
        }
        for run in runs { run.process.waitUntilExit() }
        let statuses = runs.map { $0.process.terminationStatus }
        #expect(statuses.contains(0) && Set(statuses).isSubset(of: [0, 2]), "\(statuses)")
        let written = try #require(folder.text("place/results.jsonl"))
        #expect(written == (statuses[0] == 0 ? whole : other))
    }

    @Test func aReportMayGoWhereTheUserIs() throws {
        let run = try Program("$attnbench report whole.jsonl --format=md", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        #expect(folder.text("results.jsonl") == whole)
        let other = try Program("$attnbench report other.jsonl --format=md", in: folder)
        #expect(other.status == 2 && other.messages.hasSuffix("such as --output ./report\n"), "\(other.messages)")
    }

    @Test(arguments: ["README.md", "index.html"]) func pagesOfOthersStay(name: String) throws {
        try folder.write("by hand", to: name)
        let session = report("whole.jsonl")
        #expect(session.status == .usage && session.messages.contains("would be overwritten"), "\(session.messages)")
        #expect(folder.text(name) == "by hand" && folder.text("results.jsonl") == nil)
    }

    @Test func otherPagesStayOutOfAReport() throws {
        #expect(report("whole.jsonl", "--output", "place").status == .done)
        let page = folder.text("place/README.md")
        for line in ["plan --model gemma-3-12b --context 8K", "check sliding-window --layers 2"] {
            let session = Session("\(line) --output \(folder.path("place"))")
            #expect(
                session.status == .usage && session.messages.contains("contains other results"), "\(session.messages)")
        }
        #expect(folder.text("place/README.md") == page)
    }
}
