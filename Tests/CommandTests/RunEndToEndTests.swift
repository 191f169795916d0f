import Foundation
import Records
import TestSupport
import Testing

@testable import attnbench

/// The program itself, as a user starts it, on a sweep of a second or two.
@Suite(.serialized, .tags(.slow)) final class RunEndToEndTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
    private var output: URL { folder.appendingPathComponent("report") }
    private var results: String { output.appendingPathComponent("results.jsonl").path }
    private var sweep: String { folder.appendingPathComponent("tiny.yaml").path }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            name: tiny
            description: Small enough to test with.
            kernels: [full, sliding-window]
            lengths: [64, 128]
            window: 32
            timeBudget: 20s
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: sweep))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Started, with what it prints going into files: nobody need read while it runs.
    private func start(
        _ flags: String, named name: String = "run"
    ) throws -> (process: Process, output: URL, messages: URL) {
        let files = ["output", "messages"].map { folder.appendingPathComponent("\(name).\($0).txt") }
        for file in files { try Data().write(to: file) }
        let process = Process()
        process.executableURL = Program.url
        process.arguments =
            ["run", sweep, "--output", output.path] + flags.split(separator: " ").map(String.init)
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        return (process, files[0], files[1])
    }

    private func run(
        _ flags: String, named name: String = "run"
    ) throws -> (status: Int32, output: String, messages: String) {
        let (process, output, messages) = try start(flags, named: name)
        process.waitUntilExit()
        return (
            process.terminationStatus, try String(contentsOf: output, encoding: .utf8),
            try String(contentsOf: messages, encoding: .utf8)
        )
    }

    private func rounds(_ results: Results) -> [[Int]] {
        results.measurements.compactMap { if case .measured(let record) = $0.outcome { record.rounds } else { nil } }
    }

    private var journals: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: output.path).filter { $0.contains("partial") }
        }
    }

    @Test func aRunWritesResultsAndReport() throws {
        let run = try run("--rounds 6 --seed 3")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.contains("sliding-window(32)"))
        #expect(run.messages.contains("machine ") && run.messages.contains("Report: "))
        let results = try ResultsFile.load(results)
        #expect(results.measurements.count == 4 && results.measurements.allSatisfy { $0.launch == 1 })
        #expect(rounds(results).allSatisfy { Set($0).count == $0.count })
        #expect(results.launches.map(\.launch) == [1])
        #expect(results.launches.allSatisfy { $0.conditions.hertzBefore > 1e8 && $0.paddingBytes == 0 })
        #expect(results.header.seed == 3 && results.header.machine.checks.count == 25)
        for name in ["index.html", "README.md", "analysis.json", "figures"] {
            #expect(FileManager.default.fileExists(atPath: output.appendingPathComponent(name).path), "\(name)")
        }
        #expect(try journals.isEmpty)
        let finished = try self.run("--rounds 6 --seed 3 --resume")
        #expect(finished.status == 0, "\(finished.messages)")
        #expect(try ResultsFile.load(self.results).launches.count == 1, "who measured nothing has nothing to say")
        let again = try self.run("--rounds 6 --seed 3")
        #expect(again.status == 2 && again.messages.contains("exists already; continue it with --resume"))
    }

    /// Forward pass, backward pass and both in one run, checked and compared.
    @Test func aRunOfTrainingComparesItsPasses() throws {
        let text = """
            name: tiny
            kernels: full
            lengths: [32, 64]
            timeBudget: 60s
            also:
              - {phase: backward, kernels: [backward-full, backward-materialised]}
              - {phase: training, kernels: training-full}
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: sweep))
        let run = try run("--rounds 6 --seed 3")
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(results)
        #expect(results.measurements.count == 8 && results.measurements.allSatisfy(\.isMeasured), "\(run.output)")
        let products = results.measurements.map { measurement in
            let work = measurement.work
            return work.flops / (2 * 64 * work.usefulPairs)
        }
        #expect(Set(products) == [2, 5, 7])
        let page = try String(contentsOf: output.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(page.contains("The passes of training beside one another") && page.contains("backward-materialised"))
    }

    @Test func launchesAreProcessesOfTheirOwn() throws {
        let run = try run("--rounds 6 --launches 2")
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(results)
        #expect(results.measurements.map(\.launch).sorted() == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(results.launches.map(\.launch) == [1, 2])
        #expect(Set(results.launches.map(\.paddingBytes)).count == 2)
        // Two samples a visit, which is what tells rounds from samples.
        #expect(rounds(results).allSatisfy { $0.count == 2 * Set($0).count })
        #expect(run.messages.contains("launch 2/2"))
        #expect(run.output.contains("Variance of a cell") && run.output.contains("within a round"))
        let first = results.measurements.filter { $0.launch == 1 }.map(\.workload)
        let second = results.measurements.filter { $0.launch == 2 }.map(\.workload)
        #expect(Set(first) == Set(second))
    }

    /// ^C while the first of two launches measures, then --resume.
    @Test func anInterruptedRunIsGoneOnWith() throws {
        let (process, _, messages) = try start("--rounds 100000 --launches 2 --time-budget 300s")
        try waitForSamples()
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        let said = try String(contentsOf: messages, encoding: .utf8)
        #expect(said.contains("Error: interrupted; continue with: attnbench run"))
        #expect(said.contains("--launches 2") && said.contains("--resume"))
        let interrupted = try ResultsFile.load(results)
        #expect(Set(interrupted.measurements.map(\.launch)) == [1])
        #expect(try journals == ["results.launch1.partial.jsonl"])

        let resumed = try run("--rounds 100000 --launches 2 --time-budget 10s --resume")
        #expect(resumed.status == 0, "\(resumed.messages)")
        let whole = try ResultsFile.load(results)
        #expect(whole.measurements.map(\.launch).sorted() == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(whole.launches.map(\.launch) == [1, 1, 2])
        #expect(try journals.isEmpty)
        for before in interrupted.measurements {
            let after = try #require(
                whole.measurements.first { $0.launch == 1 && $0.workload == before.workload })
            guard case .measured(let early) = before.outcome, case .measured(let late) = after.outcome else { continue }
            #expect(late.samplesNanoseconds.starts(with: early.samplesNanoseconds))
        }
    }

    /// The end of the terminal, and what batch systems and users send.
    @Test(arguments: [SIGHUP, SIGTERM, SIGUSR1, SIGUSR2]) func aSignalLeadsToTheReport(number: Int32) throws {
        let (process, _, messages) = try start("--rounds 100000 --time-budget 300s")
        try waitForSamples()
        kill(process.processIdentifier, number)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 1)
        let said = try String(contentsOf: messages, encoding: .utf8)
        #expect(said.contains("Error: interrupted; continue with: attnbench run"))
        #expect(FileManager.default.fileExists(atPath: output.appendingPathComponent("index.html").path))
    }

    /// `nohup` starts it so.
    @Test func anIgnoredHangupStaysIgnored() throws {
        let folder = try TestFolder()
        let run = try Program(
            """
            trap '' HUP
            $attnbench run '\(sweep)' --output out --rounds 6 & pid=$!
            while ! [ -e out/results.launch1.partial.jsonl ] && kill -0 $pid; do sleep 0.01; done
            kill -HUP $pid; wait $pid
            """, in: folder)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("Report: "))
    }

    @Test func aReaderThatIsGoneLeavesTheReport() throws {
        let folder = try TestFolder()
        let line = "($attnbench run '\(sweep)' --output out --rounds 6; echo $? > status) | true"
        #expect(try Program(line, in: folder).status == 0)
        #expect(folder.text("status") == "1\n")
        #expect(folder.text("out/index.html") != nil)
    }

    /// Until some samples are in the journal.
    private func waitForSamples() throws {
        let journal = output.appendingPathComponent("results.launch1.partial.jsonl")
        let deadline = Date(timeIntervalSinceNow: 60)
        while Date() < deadline {
            let text = (try? String(contentsOf: journal, encoding: .utf8)) ?? ""
            if text.ranges(of: "sampled").count > 20 { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// Beside a live run nobody writes; after its death by `kill -9` its samples are gone on with.
    @Test(arguments: [1, 2]) func aLiveRunIsLeftAlone(launches: Int) throws {
        let flags = "--rounds 100000 --launches \(launches) --time-budget"
        let (live, _, _) = try start("\(flags) 300s")
        defer { live.terminate() }
        try waitForSamples()
        for others in ["\(flags) 4s --resume", "\(flags) 4s", "--rounds 3"] {
            let other = try run(others, named: "other")
            #expect(other.status == 2)
            #expect(
                other.messages.hasPrefix("Error: process \(live.processIdentifier) is measuring into \(results); "),
                "\(other.messages)")
        }
        let launch = Process()
        launch.executableURL = Program.url
        launch.arguments = ["launch", results, "--number", "1"]
        launch.standardInput = FileHandle.nullDevice
        launch.standardError = FileHandle.nullDevice
        try launch.run()
        launch.waitUntilExit()
        #expect(launch.terminationStatus == 2)

        kill(live.processIdentifier, SIGKILL)
        live.waitUntilExit()
        // A launch that it started still has the right to the file, until it finds nobody who reads its events.
        var resumed = try run("\(flags) 4s --resume", named: "resumed")
        let deadline = Date(timeIntervalSinceNow: 60)
        while resumed.status == 2, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.2)
            resumed = try run("\(flags) 4s --resume", named: "resumed")
        }
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try ResultsFile.load(results).measurements.count == 4 * launches)
        #expect(try journals.isEmpty && !FileManager.default.fileExists(atPath: output.path + "/results.lock"))
    }

    @Test func thereMustBeSomethingToGoOnWith() throws {
        let run = try run("--resume")
        #expect(run.status == 2)
        #expect(run.messages == "Error: there is no \(results) to continue; leave out --resume to start a run\n")
        #expect(!FileManager.default.fileExists(atPath: output.path))
    }

    @Test func aRunThatMeasuresNothingSaysSo() throws {
        let run = try run("--time-budget 0.001s")
        #expect(run.status == 2)
        #expect(run.output == "Nothing was measured; the report has the reason for each cell.\n")
        #expect(
            run.messages.contains(
                "Error: every cell was skipped, for the reasons in the report; if time was"))
        #expect(run.messages.contains("continue with a longer --time-budget: attnbench run"))
        #expect(try ResultsFile.load(results).measurements.count == 4)
        for launches in [1, 2] {
            let again = try self.run("--time-budget 20s --rounds 6 --launches \(launches) --resume", named: "again")
            #expect(again.status == 0, "the advice works: \(again.messages)")
            let measurements = try ResultsFile.load(results).measurements
            #expect(measurements.count == 4 * launches && measurements.allSatisfy { $0.isMeasured })
        }
    }

    /// Found before the machine is measured.
    @Test func theOutputMustBeWritable() throws {
        try Data().write(to: output)
        let run = try run("")
        #expect(run.status == 1)
        #expect(run.messages.hasPrefix("Error: cannot write \(results): not a directory"))
    }

    @Test func aDryRunTellsLaunches() throws {
        let run = try run("--launches 3 --dry-run")
        #expect(run.status == 0)
        #expect(run.output.contains("4 of 4 cells in each of 3 launches") && run.output.contains(" a launch"))
        #expect(!FileManager.default.fileExists(atPath: output.path))
    }
}
