import Benchmarking
import Escaping
import Foundation
import Records
import TestSupport
import Testing

@testable import attnbench

/// Commands that read a stranger's files: what they print is text on every screen, and nothing in it runs.
@Suite struct HostileCommandTests {
    /// Two results of one machine, each text in them hostile.
    private static func write(to folder: URL) throws -> [String] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try PlantedSession.days([1e6, 1.1e6]).enumerated().map { index, session in
            let path = folder.appendingPathComponent("\(index).jsonl").path
            try session.write(to: path)
            let planted = try ResultsFile.load(path)
            let measurements = try HostileStrings.all.indices.flatMap { start in
                try planted.measurements.map { try HostileStrings.filling($0, from: start) }
            }
            let lines =
                try [JSONLines.sealed(HostileStrings.filling(planted.header))]
                + measurements.map { JSONLines.sealed(ResultsLine.cell($0)) }
            try JSONLines.write(lines, to: path)
            #expect(try ResultsFile.load(path).measurements.count == measurements.count)
            return path
        }
    }

    private static func check(_ session: Session, _ command: String) {
        for text in [session.output, session.messages] {
            #expect(
                !text.unicodeScalars.contains { !["\n", "\t"].contains($0) && VisibleText.isUnseen($0) }, "\(command)")
            for line in text.unicodeScalars.split(separator: "\n").map({ Substring($0) }) {
                #expect(!line.drop(while: \.isWhitespace).hasPrefix("::"), "\(command): \(line)")
                #expect(!line.contains("##["), "\(command): \(line)")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: HostileStrings.mark))
    }

    @Test func resultsArePrintedAsText() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try Self.write(to: folder)
        let title = HostileStrings.all[0]
        let labels = ["--label", "\u{1B}[2J::x", "--label", "\n::error::x"]
        let commands = [
            ["report", files[0], "--title", title, "--output", folder.path + "/one", "--format", "md,csv,json,sql"],
            ["report"] + files + labels + ["--output", folder.path + "/two", "--format", "md"],
            ["history"] + files, ["history"] + files + ["--json"],
            ["history"] + files + ["--output", folder.path + "/history"],
            ["compare"] + files,
            ["compare"] + files + ["--output", folder.path + "/compare", "--format", "json,github"],
        ]
        for command in commands {
            let session = Session(command, environment: ["GITHUB_ACTIONS": "false"])
            #expect(!session.output.isEmpty || !session.messages.isEmpty)
            #expect(session.status == .done, "\(command): \(session.messages)")
            Self.check(session, command[0])
        }
    }

    /// What a file's text can reach is a message: `launch` takes its sweep from there, and starts nothing that it names.
    @Test func aLaunchRunsNothingOfItsHeader() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try Self.write(to: folder)
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let session = Session(["launch", files[0], "--number", "1", "--time-budget", "1s", "--no-pin"])
        #expect(session.status == .usage)
        #expect(session.messages.contains("has no cell"))
        Self.check(session, "launch")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == before)
        for text in HostileStrings.all {
            let axes = Sweep.Axes(kernels: [text], lengths: [1024])
            let header = try HostileStrings.filling(ResultsFile.load(files[0]).header)
            let path = folder.appendingPathComponent("named.jsonl").path
            let named = ResultsHeader(
                machine: header.machine, ceilings: header.ceilings, build: header.build,
                sweep: Sweep(name: text, groups: [axes]), seed: 1, startedAt: text, command: text)
            try JSONLines.write([JSONLines.sealed(named)], to: path)
            let session = Session(["launch", path, "--number", "1", "--no-pin"])
            // What stands before a slash would be the name of an engine.
            let isRefused = ["is not a kernel", "is not a valid name of an engine"].contains {
                session.messages.contains($0)
            }
            #expect(session.status == .usage && isRefused, "\(session.messages)")
            Self.check(session, "launch")
        }
    }

    @Test func noThreadsAreAnError() {
        var axes = Sweep.Axes(kernels: ["full"], lengths: [1024])
        axes.threads = [0]
        #expect(throws: SweepError.self) { try Sweep(name: "none", groups: [axes]).workloads() }
    }

    @Test func argumentsArePrintedAsText() {
        for text in HostileStrings.all {
            for command in [
                ["report", text], ["compare", text, text], ["run", text], ["check", text], ["history", text],
                ["plan", "--model", text], ["plan", "--prices", text], [text],
            ] {
                // An argument of a program holds no zero byte.
                if text.hasPrefix("-") || text.isEmpty || text.unicodeScalars.contains("\0") { continue }
                let session = Session(command)
                #expect(session.status != .done, "\(command)")
                Self.check(session, command[0])
            }
        }
    }

    @Test func pricesAreShownAsText() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("prices.yaml")
        for text in HostileStrings.all {
            let quoted = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
            let yaml =
                "- {accelerator: h100-sxm, accelerators: 8, dollarsPerHour: 16, date: \(quoted), source: \(quoted)}\n"
            try Data(yaml.utf8).write(to: file)
            Self.check(Session(["plan", "--model", "llama-3.1-8b", "--prices", file.path]), "plan")
        }
    }
}
