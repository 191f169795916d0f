import Faults
import Foundation
import Records
import TestSupport
import Testing

@testable import attnbench

/// Arguments, files and limits that nobody means: each has a sentence and an exit status, and none a trap or a wait.
@Suite struct HostileInputTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: [
        ("run smoke --set lengths=1..9223372036854775807*2 --dry-run", "tokens are too many; a length is at most 2G"),
        ("run smoke --time-budget 1e300h --dry-run", "1e300h"),
        ("run smoke --rounds 9223372036854775807", "--rounds"), ("run smoke --launches 100000000", "--launches"),
        ("compare a b --delta 1e-323%", "1e-323%"),
        ("plan --model llama-3.1-8b --context 9223372036854775807", "--context goes up to 1G"),
        ("plan --model llama-3.1-8b --batch 9223372036854775807", "--batch goes up to 1M"),
    ]) func anArgumentBeyondReasonIsRefused(line: String, words: String) {
        let session = Session(line)
        #expect(session.status == .usage)
        #expect(session.messages.contains(words), "\(session.messages)")
    }

    /// Such a share is odd and possible; what follows from it is too large to be written as a whole number.
    @Test func aTinyShareOfThePeakIsPlannedWith() {
        #expect(Session("plan --model llama-3.1-8b --mfu 1e-300").status == .done)
    }

    @Test func millionsOfCellsAreRefused() throws {
        let numbers = (1...100).map { "\($0)" }.joined(separator: ", ")
        try folder.write(
            """
            name: many
            description: A hundred to the fourth power.
            kernels: [sliding-window]
            lengths: [\(numbers)]
            window: [\(numbers)]
            batch: [\(numbers)]
            headDimension: [\(numbers)]
            """, to: "many.yaml")
        let session = Session(["run", folder.path("many.yaml"), "--dry-run"])
        #expect(session.status == .usage)
        #expect(session.messages.contains("cells"), "\(session.messages)")
    }

    @Test func aModelOfABillionLayersIsRefused() throws {
        try folder.write(
            """
            {"model_type": "llama", "num_hidden_layers": 1073741824, "hidden_size": 4096, "num_attention_heads": 32,
             "intermediate_size": 14336, "vocab_size": 128256}
            """, to: "config.json")
        let session = Session(["plan", "--model", folder.path("config.json"), "--context", "8K"])
        #expect(session.status == .usage)
        #expect(session.messages.contains("num_hidden_layers is 1073741824"), "\(session.messages)")
    }

    /// Nobody writes into it, and whoever opened it would wait for ever.
    @Test func aPipeAsInputIsSaid() throws {
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        for line in [
            "report \(pipe)", "history \(pipe) \(pipe)", "run \(pipe)", "plan --model \(pipe)",
            "plan --model llama-3.1-8b --prices \(pipe)",
            "attend --kernel full --query \(pipe) --key \(pipe) --value \(pipe) --output \(folder.path("o.npy"))",
        ] {
            let session = Session(line)
            #expect(session.status == .usage, "\(line)")
            #expect(session.messages.contains("it is a pipe or a device"), "\(line): \(session.messages)")
        }
    }

    /// As the shell sees it.
    @Test func tooFewOpenFilesAreSaid() throws {
        try folder.write(
            "name: tiny\ndescription: x\nkernels: [full]\nlengths: [64]\ntimeBudget: 20s\n", to: "tiny.yaml")
        let run = try Program("ulimit -n 10; $attnbench run tiny.yaml --rounds 2 --launches 2 --output o", in: folder)
        #expect(run.status == 1)
        #expect(run.messages.contains("may not open more files; allow more with `ulimit -n`"), "\(run.messages)")
        let report = try Program(
            "ulimit -n 10; $attnbench report \(ReportCommandTests.results) --output r --format md", in: folder)
        #expect(report.status == 0, "\(report.messages)")
    }

    /// The system tells a program its arguments there.
    @Test(.enabled(if: canHideProc, "this user may not mount anything")) func withoutProcNothingIsGuessed() throws {
        let run = try Program("unshare -rm sh -c 'mount -t tmpfs none /proc && $attnbench list kernels'", in: folder)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.messages.hasPrefix("Error: /proc is not mounted"), "\(run.messages)")
    }

    @Test func aCellWithoutSamplesIsRefused() throws {
        let lines = try resultsLines(PlantedSession.days([1e6])[0])
        let start = lines[1].range(of: "\"samplesNanoseconds\":[")!
        let end = lines[1][start.upperBound...].firstIndex(of: "]")!
        let empty = lines[1].replacingCharacters(in: start.upperBound..<end, with: "")
        try write([lines[0], empty], to: "a.jsonl")
        let session = Session(["report", folder.path("a.jsonl")])
        #expect(session.status == .usage)
        #expect(session.messages.contains("a measured cell has samples, but this one has none"))
    }

    @Test func aLineThatSaysTwoThingsIsRefused() throws {
        let lines = try resultsLines(PlantedSession.days([1e6])[0])
        try write([lines[0], lines[1].replacing("\"threads\":1", with: "\"threads\":1,\"threads\":2")], to: "a.jsonl")
        let session = Session(["report", folder.path("a.jsonl")])
        #expect(session.status == .usage)
        #expect(session.messages.contains("an object has the key \"threads\" twice"), "\(session.messages)")
    }

    @Test func aReportOfNothingMeasuredIsNoSuccess() throws {
        var session = PlantedSession.days([1e6])[0]
        session.isWrong = true
        try session.write(to: folder.path("a.jsonl"))
        let report = Session(["report", folder.path("a.jsonl"), "--output", folder.path("r"), "--format", "md"])
        #expect(report.status == .usage)
        #expect(report.messages.contains("Error: no cell of \(folder.path("a.jsonl")) was measured"))
        #expect(folder.text("r/README.md") != nil, "it is written all the same")
    }

    /// Half of the baseline is missing.
    @Test func missingCellsAreInconclusive() throws {
        try PlantedSession(day: 1, [("full", 1024, 1e6), ("full", 2048, 4e6)]).write(to: folder.path("a.jsonl"))
        try PlantedSession(day: 1, [("full", 1024, 1e6)]).write(to: folder.path("b.jsonl"))
        let files = "\(folder.path("a.jsonl")) \(folder.path("b.jsonl"))"
        let strict = Session("compare \(files) --strict")
        #expect(strict.status == .inconclusive)
        #expect(strict.output.contains("MISSING  full 2K"), "\(strict.output)")
        #expect(Session("compare \(files)").status == .done)
    }

    private func resultsLines(_ session: PlantedSession) throws -> [String] {
        let results = session.results
        let lines =
            try [JSONLines.object(results.header)]
            + results.measurements.map { try JSONLines.object(ResultsLine.cell($0)) }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    private func write(_ lines: [String], to name: String) throws {
        try JSONLines.write(lines.map { JSONLines.sealing(Data($0.utf8)) }, to: folder.path(name))
    }
}

private let canHideProc: Bool = {
    guard let folder = try? TestFolder() else { return false }
    return (try? Program("unshare -rm mount -t tmpfs none /proc", in: folder))?.status == 0
}()
