import Foundation
import Records
import Testing

@testable import Benchmarking

/// Programs that are no good workers, as shell scripts: each ends in one sentence, and none is left behind.
@Suite struct WorkerProcessTests {
    private static let greeting: String = {
        let header = fakeHeader()
        let greeting = WorkerProtocol.Greeting(build: header.build, machine: header.machine)
        return String(decoding: try! JSONLines.object(greeting), as: UTF8.self)
    }()

    private func launch(_ script: String, seconds: Double = 20) -> WorkerProcess.Launch {
        WorkerProcess.Launch(
            side: .baseline, path: "/bin/sh", arguments: ["-c", script],
            environment: ["PATH": "/usr/bin:/bin", "GREETING": Self.greeting], secondsToAnswer: seconds)
    }

    private func error(of script: String, seconds: Double = 20) -> WorkerError? {
        do throws(WorkerError) {
            let worker = try WorkerProcess(launch(script, seconds: seconds))
            _ = try worker.ask(.sampleFrozenLoop(turns: 1), doing: "time a loop")
            return nil
        } catch {
            return error
        }
    }

    @Test func aProgramThatIsNotThere() throws {
        var launch = launch("")
        launch.path = "/nowhere/attnbench"
        #expect { try WorkerProcess(launch) } throws: { error in
            if case .notStarted(side: .baseline, path: "/nowhere/attnbench", reason: _)? = error as? WorkerError {
                true
            } else {
                false
            }
        }
    }

    @Test func aBuildFromBeforeThereWereWorkers() throws {
        let error = error(of: "echo 'Error: \"worker\" is not a command' >&2; exit 2")
        #expect(
            error == .noWorker(side: .baseline, path: "/bin/sh", said: "Error: \"worker\" is not a command"))
        #expect("\(try #require(error))".contains("older than its gate"))
    }

    @Test func aBuildThatSpeaksAnotherVersion() throws {
        let error = error(of: #"echo '{"attnbenchWorker":2}'; cat"#)
        #expect(error == .otherProtocol(side: .baseline, path: "/bin/sh", version: 2))
    }

    @Test func aWorkerThatDies() throws {
        let error = error(of: #"echo "$GREETING"; read line; echo 'out of memory' >&2; exit 9"#)
        #expect(error == .died(side: .baseline, path: "/bin/sh", doing: "time a loop", said: "out of memory"))
    }

    /// The request finds nobody: a broken pipe must not end the gate.
    @Test func aWorkerThatIsGoneAlready() throws {
        let worker = try WorkerProcess(launch(#"echo "$GREETING""#))
        worker.end()
        #expect(throws: WorkerError.self) { try worker.ask(.sampleFrozenLoop(turns: 1), doing: "time a loop") }
    }

    @Test func aWorkerThatPrintsGarbage() throws {
        let error = error(of: #"echo "$GREETING"; read line; echo 'warming up…'; cat"#)
        #expect(error == .garbled(side: .baseline, path: "/bin/sh", line: "warming up…"))
    }

    @Test func aWorkerThatHangsIsEnded() throws {
        let file = try TemporaryFolder()
        let script = #"echo $$ > "# + file.file("pid") + #"; echo "$GREETING"; exec sleep 1000"#
        let error = error(of: script, seconds: 0.2)
        #expect(error == .hung(side: .baseline, path: "/bin/sh", doing: "time a loop", seconds: 0.2))
        let text = try String(contentsOfFile: file.file("pid"), encoding: .utf8)
        let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(process, 0) == -1, "the process still runs")
    }

    @Test func aReplyMayComeInPieces() throws {
        let sample = #"{"sampled":{"_0":{"nanoseconds":7,"contamination":{"migrated":false,"runDelayNanoseconds":0,"#
        let rest = #""offCPUNanoseconds":0,"stealNanoseconds":0,"involuntarySwitches":0}}}}"#
        let script = #"echo "$GREETING"; read line; printf '"# + sample + "'; sleep 0.1; printf '" + rest + #"\n'; cat"#
        let worker = try WorkerProcess(launch(script))
        guard case .sampled(let reply) = try worker.ask(.sampleFrozenLoop(turns: 1), doing: "time a loop") else {
            Issue.record("no sample")
            return
        }
        #expect(reply.nanoseconds == 7)
    }

    /// Whatever gates do, workers end when nobody holds their pipe any more.
    @Test func aWorkerThatNobodyNeedsEnds() throws {
        let file = try TemporaryFolder()
        do {
            _ = try WorkerProcess(launch(#"echo $$ > "# + file.file("pid") + #"; echo "$GREETING"; cat"#))
        }
        let text = try String(contentsOfFile: file.file("pid"), encoding: .utf8)
        let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(process, 0) == -1)
    }
}
