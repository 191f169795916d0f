import Analysis
import Attention
import Benchmarking
import Foundation
import Hardware
import Records
import Statistics
import Testing

@testable import attnbench

/// The gate and its kin, on the program that these tests were built with.
@Suite(.serialized) struct GateTests {
    /// Beside the tests; `swift build --build-tests` links it for them.
    static let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(".build/testing/release/attnbench").path

    private static let tiny = ["--set", "lengths=64", "--set", "kernels=full", "--set", "headDimension=8", "--no-pin"]

    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-gate-\(UUID().uuidString)")
        init() throws { try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: path) }
        func file(_ name: String) -> String { path.appendingPathComponent(name).path }

        /// A program that is none of ours.
        func script(_ name: String, _ text: String) throws -> String {
            try Data("#!/bin/sh\n\(text)\n".utf8).write(to: path.appendingPathComponent(name))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file(name))
            return file(name)
        }
    }

    /// What it finds depends on the machine; that it measures, judges and writes does not.
    @Test func comparesABuildWithItself() throws {
        let folder = try Folder()
        let session = Session(
            ["gate", "smoke", "--baseline", Self.program, "--candidate", Self.program, "--output", folder.file("out")]
                + Self.tiny)
        #expect([.done, .regression].contains(session.status), "\(session.messages)")
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/comparison.json")))
        let comparison = try JSONDecoder().decode(Comparison.self, from: data)
        #expect(comparison.cells.map { "\($0.workload)" } == ["full 64 d=8"])
        // One cell has no median over cells.
        #expect(comparison.guards.map(\.name) == [.baselineAgainstItself, .frozenLoop])
        #expect(comparison.shape.allSatisfy { $0.passed })
        #expect(comparison.baseline.build == comparison.candidate.build)
        #expect(session.output.contains("full 64 d=8"))
    }

    @Test func aBaselineThatIsNotThereIsMissing() {
        let session = Session("gate --baseline nowhere/attnbench --candidate \(Self.program)")
        #expect(session.status == .baselineMissing)
        #expect(session.messages.contains("there is no baseline at nowhere/attnbench"))
    }

    /// Each is there, and cannot be started: a sentence says why.
    @Test func aBaselineThatIsNoProgramIsToldFromNone() throws {
        let folder = try Folder()
        let text = folder.file("text")
        try Data("This is a text.\n".utf8).write(to: URL(fileURLWithPath: text))
        func session(_ path: String, as side: String = "baseline") -> Session {
            let other = side == "baseline" ? "candidate" : "baseline"
            return Session(["gate", "--\(side)", path, "--\(other)", Self.program] + Self.tiny)
        }
        #expect(session(text).messages.contains("\(text) is not executable"))
        #expect(session(folder.path.path).messages.contains("is a folder; give the program attnbench in it"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: text)
        #expect(session(text).messages.contains("this system cannot run it: it is a text file"))
        for path in [text, folder.path.path, "nowhere"] {
            #expect(session(path).status == .baselineMissing)
            #expect(session(path, as: "candidate").status == .usage)
        }
    }

    @Test func aBaselineFromBeforeTheGateIsNone() throws {
        let folder = try Folder()
        let old = try folder.script("attnbench", "echo 'Error: \"serve\" is not a command' >&2; exit 2")
        let session = Session(["gate", "smoke", "--baseline", old, "--candidate", Self.program] + Self.tiny)
        #expect(session.status == .baselineMissing)
        #expect(session.messages.contains("only a build of attnbench that has the command"), "\(session.messages)")
        #expect(session.messages.contains("\"serve\" is not a command"))
        let other = Session(["gate", "smoke", "--baseline", Self.program, "--candidate", old] + Self.tiny)
        #expect(other.status == .usage)
    }

    /// A candidate that breaks down in the middle: this program's greeting, and nothing behind it.
    @Test func aCandidateThatDiesNeverPasses() throws {
        let folder = try Folder()
        let greeting = #"exec 3<&0; ("# + Self.program + #" "$@" </dev/null | head -1); read line <&3; exit 4"#
        let dying = try folder.script("attnbench", greeting)
        let session = Session(
            ["gate", "smoke", "--baseline", Self.program, "--candidate", dying, "--output", folder.file("out")]
                + Self.tiny)
        #expect(session.status == .engineFailed, "\(session.messages)")
        #expect(
            session.messages.contains("ended with status 4 when it was asked to prepare full"), "\(session.messages)")
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/comparison.json")))
        let comparison = try JSONDecoder().decode(Comparison.self, from: data)
        #expect(comparison.verdict == .engineFailed)
        #expect(comparison.uncompared.map(\.cause) == [.engineFailed])
    }

    /// More than a pipe holds.
    @Test func aFloodOfWarningsHoldsNobodyUp() throws {
        let folder = try Folder()
        let loud = try folder.script(
            "attnbench", "head -c 300000 /dev/zero | tr '\\0' '\\n' >&2; exec " + Self.program + #" "$@""#)
        let session = Session(
            ["gate", "smoke", "--baseline", loud, "--candidate", Self.program, "--delta", "90%"] + Self.tiny)
        #expect(session.status == .done, "\(session.messages)")
    }

    @Test func aBaselineEngineThatIsNotThereIsMissing() {
        let session = Session("gate --baseline-engine nowhere/libmine.so --engine nowhere/libmine.so")
        #expect(session.status == .baselineMissing)
        #expect(session.messages.contains("the baseline cannot be found: there is no engine at nowhere/libmine.so"))
    }

    /// A gate in which nothing is held against anything is no pass.
    @Test func aBaselineThatComputesNothingIsMissing() throws {
        let folder = try Folder()
        let greeting = #"exec 3<&0; ("# + Self.program + #" "$@" </dev/null | head -1); read line <&3; exit 4"#
        let dying = try folder.script("attnbench", greeting)
        let session = Session(["gate", "smoke", "--baseline", dying, "--candidate", Self.program] + Self.tiny)
        #expect(session.status == .baselineMissing, "\(session.messages)")
        #expect(session.output.contains("1 cell is not compared, since the baseline has no time"))
        #expect(session.messages.contains("no cell could be compared"))
    }

    @Test(arguments: [
        ("gate", "--baseline"), ("gate --baseline a --baseline-engine b", "exclude"),
        ("gate --baseline-engine b", "--engine"), ("gate --baseline a --engine b", "--baseline-engine"),
        ("gate --baseline-engine a --engine b --candidate c", "--candidate"),
    ]) func twoAreCompared(arguments: String, named: String) {
        let session = Session(arguments)
        #expect(session.status == .usage)
        #expect(session.messages.contains(named), "\(session.messages)")
    }

    @Test func outcomesHaveTheirCodes() throws {
        for verdict in [CellVerdict.pass, .improved] {
            for strict in [false, true] {
                let outcome = try self.verdict(verdict, strict: strict)
                #expect(outcome == .done)
            }
        }
        let open = try verdict(.inconclusive, strict: false)
        #expect(open == .done)
        let strict = try verdict(.inconclusive, strict: true)
        #expect(strict.exitStatus == .inconclusive)
        let regressed = try verdict(.regressed, strict: false)
        #expect(regressed.exitStatus == .regression)
        #expect(regressed == .regressed("the candidate regressed: full 1K"))
    }

    private func verdict(_ verdict: CellVerdict, strict: Bool) throws -> Verdict {
        let workload = Workload(
            kernel: "full", phase: .prefill,
            problem: try AttentionProblem(shape: AttentionShape(queryLength: 1024, headDimension: 64), mask: .causal))
        let cell = CellComparison(
            workload: workload, verdict: verdict, ratio: Estimate(value: 1, low: 1, high: 1, level: 0.95),
            smallestVisibleSlowdown: 0.06, launches: 3, baselineNanoseconds: 1, candidateNanoseconds: 1)
        let side = Comparison.Side(path: "attnbench", build: .current)
        let comparison = Comparison(
            method: .paired, sweep: "gate", delta: 0.05, baseline: side, candidate: side,
            machine: Machine.current(topology: try Topology(), team: WorkerTeam()), seed: 1, command: "", seconds: 1,
            cells: [cell])
        return Verdict(comparison, strict: strict)
    }

    @Test(arguments: ["5", "five", "0%", "100%", "-1%"]) func sharesAreInPercent(text: String) {
        #expect(Session("gate --baseline x --delta \(text)").status == .usage)
    }

    @Test func theCommandOfAComparisonCanBeTyped() throws {
        let gate = try GateCommand.parse([
            "smoke", "--baseline", "old", "--candidate", "new", "--delta", "2%", "--seed", "7", "--cpu", "1",
            "--strict",
            "--set", "lengths=1K",
        ])
        let words = gate.command.split(separator: " ").map(String.init)
        #expect(words.prefix(2) == ["attnbench", "gate"])
        let again = try GateCommand.parse(Array(words.dropFirst(2)))
        #expect(again.command == gate.command)
        #expect(again.options.delta == 0.02)
    }
}
