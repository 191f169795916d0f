import Foundation
import Records
import TestSupport
import Testing

/// Short forms of `scripts/faults` and `scripts/fuzz`, on the program that was built beside these tests.
@Suite(.enabled(if: hasTools, "python3 or clang is missing: scripts/setup --exports installs python3"))
struct RobustnessTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every 29th step fails, in each of the four ways.
    @Test(.tags(.slow)) func nothingAcknowledgedIsLost() throws {
        let run = try Program("'\(Self.root.path)/scripts/faults' \"$attnbench\" 29", in: TestFolder())
        #expect(run.status == 0, "\(run.output)\(run.messages)")
        #expect(run.output.contains(" faults, 0 findings"))
    }

    /// A reader that refuses each of them at once would find nothing.
    @Test(arguments: ["tiny", "prefill", "decode"]) func theFuzzersBeginWithResultsOfToday(name: String) throws {
        let results = try ResultsFile.load("\(Self.root.path)/Tests/FuzzReaders/Corpus/results/\(name).jsonl")
        #expect(!results.measurements.isEmpty && !results.launches.isEmpty)
    }

    /// Each case once ended in a trap, a hang or words that no user knows.
    @Test func whatWasFoundStaysMended() throws {
        let script = Self.root.appendingPathComponent("Tests/FuzzReaders/fuzz.py").path
        let run = try Program("python3 '\(script)' \"$attnbench\" 0", in: TestFolder())
        #expect(run.status == 0, "\(run.output)\(run.messages)")
    }
}

private let hasTools = ["python3", "clang"].allSatisfy { tool in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
}
