import Foundation
import Testing
import TestSupport

@testable import attnbench

@Suite struct ReportCommandTests {
    /// Results that are committed.
    static let results: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let reports = root.appendingPathComponent("reports").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: reports)) ?? []
        return names.sorted().map { "\(reports)/\($0)/results.jsonl" }
            .first { FileManager.default.fileExists(atPath: $0) } ?? "there is no committed report"
    }()

    @Test func severalResultsBecomeOneReport() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: place) }
        let session = Session(
            "report \(Self.results) \(Self.results) --label old --label new --format md,csv,json --output \(place.path)"
        )
        #expect(session.status == .done, "\(session.messages)")
        #expect(session.output.contains("new takes 1.00× the time of old"))
        #expect(session.messages.contains("one after the other"))
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
        #expect(
            Set(names) == [
                "README.md", "cells.csv", "samples.csv", "cells.json", "analysis-old.json", "analysis-new.json",
                "results-old.jsonl", "results-new.jsonl", "figures",
            ])
    }

    @Test(arguments: [
        ("report", "Missing expected argument"),
        ("report a.jsonl b.jsonl", "--output"),
        ("report a.jsonl b.jsonl --output x --label one", "1 --label for 2 results"),
        ("report a.jsonl b.jsonl --output x --label one --label one", "two results are called \"one\""),
        ("report a.jsonl --format doc", "\"doc\" is not a format"),
        ("report a.jsonl --width huge", "huge"),
    ])
    func whatIsNotUnderstoodIsNamed(line: String, words: String) {
        let session = Session(line)
        #expect(session.status == .usage)
        #expect(session.messages.contains(words), "\(session.messages)")
    }

    @Test func resultsAreCalledByTheirFilesOrDirectories() {
        #expect(ReportCommand.labels(["a/results.jsonl", "b/results.jsonl"], given: []) == ["a", "b"])
        #expect(ReportCommand.labels(["old.jsonl", "x/new.jsonl"], given: []) == ["old", "new"])
        #expect(ReportCommand.labels(["x/a.jsonl", "y/a.jsonl"], given: []) == ["a-1", "a-2"])
        #expect(ReportCommand.labels(["a.jsonl"], given: ["mine"]) == ["mine"])
    }
}
