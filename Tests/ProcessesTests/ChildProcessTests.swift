import Foundation
import Testing

@testable import Processes

/// Shell scripts as children.
@Suite struct ChildProcessTests {
    private func invocation(_ script: String, cpus: [Int] = []) -> Invocation {
        Invocation("/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin", "LANG": "C"], cpus: cpus)
    }

    private func child(_ script: String, cpus: [Int] = []) throws -> ChildProcess {
        try ChildProcess(invocation(script, cpus: cpus))
    }

    private func isAlive(_ process: Int32) -> Bool { ProcessStatus(process)?.isRunning == true }

    private func number(_ answer: ChildProcess.Answer) throws -> Int32 {
        guard case .line(let line) = answer else { throw Unexpected(answer: answer) }
        return try #require(Int32(line))
    }

    private struct Unexpected: Error { let answer: ChildProcess.Answer }

    @Test func linesGoBothWays() throws {
        let child = try child("while read line; do echo \"got $line\"; done; echo bye >&2; exit 3")
        #expect(child.send("one\n".utf8, within: 60))
        #expect(child.nextLine(within: 60) == .line("got one"))
        #expect(child.send("two\nthree\n".utf8, within: 60))
        #expect(child.nextLine(within: 60) == .line("got two"))
        #expect(child.nextLine(within: 60) == .line("got three"))
        #expect(child.nextLine(within: 0.05) == .late)
        child.closeInput()
        #expect(child.nextLine(within: 60) == .ended)
        #expect(child.wait() == .exited(status: 3))
        #expect(child.lastWords == ["bye"])
    }

    @Test func aLastLineMayLackItsLineFeed() throws {
        let child = try child("printf 'a\\nb'")
        #expect(child.nextLine(within: 60) == .line("a"))
        #expect(child.nextLine(within: 60) == .line("b"))
        #expect(child.nextLine(within: 60) == .ended)
    }

    @Test func anEndlessLineIsNotReadToItsEnd() throws {
        let child = try child("tr '\\0' x < /dev/zero")
        guard case .tooLong(let beginning) = child.nextLine(within: 20) else {
            Issue.record("no end was put to the line")
            return
        }
        #expect(beginning == String(repeating: "x", count: 1024))
        child.end()
    }

    /// A pipe holds 64 KiB: a child that fills one would wait for ever if this process did not read it meanwhile.
    @Test func aFloodOfMessagesBlocksNobody() throws {
        let child = try child("i=0; while [ $i -lt 20000 ]; do echo \"message $i\" >&2; i=$((i+1)); done; echo done")
        #expect(child.nextLine(within: 30) == .line("done"))
        #expect(child.wait().isSuccess)
        #expect(child.lastWords.count == 20 && child.lastWords.last == "message 19999")
    }

    /// There is always something to take in, and the clock counts all the same.
    @Test func anEndlessFloodOfMessagesIsNotWaitedFor() throws {
        let child = try child("while :; do echo noise >&2; done")
        #expect(child.nextLine(within: 0.2) == .late)
        #expect(!child.hasUnreadOutput)
        #expect(child.ending(within: 0.2) == nil)
        #expect(!child.send([UInt8](repeating: 0, count: 1 << 20), within: 0.2))
        child.end(patience: 0)
    }

    @Test func whoReadsNothingIsGivenUp() throws {
        let child = try child("sleep 100")
        #expect(!child.send([UInt8](repeating: 0, count: 1 << 20), within: 0.1))
        child.end(patience: 0)
    }

    /// The write finds nobody, and that must not end this process.
    @Test func whoIsGoneIsNotWrittenTo() throws {
        let child = try child("exit 0")
        #expect(child.wait().isSuccess)
        #expect(!child.send("anybody?\n".utf8, within: 1))
    }

    @Test func whoClosesItsInputIsNotWrittenTo() throws {
        let child = try child("exec <&-; echo ready; sleep 100")
        #expect(child.nextLine(within: 60) == .line("ready"))
        #expect(!child.send("anybody?\n".utf8, within: 1))
        child.end(patience: 0)
    }

    @Test func theEndOfItsInputEndsAChild() throws {
        #expect(try child("cat").end() == .exited(status: 0))
        #expect(try child("sleep 100").end(patience: 0) == .signalled(number: SIGTERM))
    }

    @Test func whoIgnoresBeingAskedIsKilled() throws {
        let child = try child("trap '' TERM; echo ready; while true; do sleep 0.05; done")
        #expect(child.nextLine(within: 60) == .line("ready"))
        let start = Date()
        #expect(child.end(patience: 0) == .signalled(number: SIGKILL))
        #expect(Date().timeIntervalSince(start) >= ChildProcess.graceSeconds)
        #expect(child.end() == .signalled(number: SIGKILL), "asked again, the same")
    }

    /// A grandchild in the child's group, and one that has left it for a session of its own.
    @Test func grandchildrenEndWithTheirParent() throws {
        let child = try child(
            "sleep 1000 & echo $!; setsid sh -c 'echo $$; sleep 1000' & wait")
        let ordinary = try number(child.nextLine(within: 60))
        let escaped = try number(child.nextLine(within: 60))
        #expect(isAlive(ordinary) && isAlive(escaped))
        child.end(patience: 0)
        #expect(!isAlive(ordinary) && !isAlive(escaped))
    }

    /// A child that dies by itself leaves them to nobody.
    @Test func orphansAreFound() throws {
        let child = try child("setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.2; kill -9 $$")
        let orphan = try number(child.nextLine(within: 60))
        #expect(child.wait() == .signalled(number: SIGKILL))
        #expect(!isAlive(orphan))
    }

    /// Whoever adopts orphans has to reap them. This process does not adopt any, since a library must not change that for
    /// its whole process: others there may wait for any child, and would find the end of one that nobody knows.
    @Test func orphansBecomeNobodysChildrenHere() throws {
        let child = try child("setsid sh -c 'echo $$; sleep 0.2' & exit 0")
        let orphan = try number(child.nextLine(within: 5))
        while isAlive(orphan) { usleep(1000) }
        #expect(waitpid(orphan, nil, WNOHANG) == -1 && errno == ECHILD)
        #expect(child.wait().isSuccess)
    }

    @Test func aChildIsBoundBeforeItStarts() throws {
        let script = "grep Cpus_allowed_list /proc/self/status"
        guard case .line(let line) = try child(script, cpus: [0]).nextLine(within: 60) else {
            Issue.record("no line")
            return
        }
        #expect(line.split(separator: "\t").last == "0")
    }

    @Test func aChildHasItsOwnGroupAndNoDescriptorsOfOurs() throws {
        let child = try child("ps -o pgid= -p $$ | tr -d ' '; ls /proc/self/fd | tr '\\n' ' '; echo")
        #expect(try number(child.nextLine(within: 60)) == child.identifier)
        // 3 is the folder that ls reads.
        #expect(child.nextLine(within: 60) == .line("0 1 2 3 "))
    }

    @Test func aChildGetsTheEnvironmentThatItIsGiven() throws {
        let child = try child("env | cut -d= -f1 | sort | tr '\\n' ' '; echo")
        #expect(child.nextLine(within: 60) == .line("ATTNBENCH_CHILD LANG PATH PWD "))
    }

    @Test func signalsAreAsAProgramExpectsThem() throws {
        let child = try child("kill -PIPE $$; echo alive")
        #expect(child.wait() == .signalled(number: SIGPIPE))
    }

    @Test func outputMayGoToAFile() throws {
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID()).log").path
        defer { try? FileManager.default.removeItem(atPath: log) }
        let child = try ChildProcess(invocation("echo one; echo two >&2"), output: .log(path: log))
        #expect(child.wait().isSuccess)
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "one\ntwo\n")
    }

    @Test func outputMayBeDiscarded() throws {
        let child = try ChildProcess(
            invocation("head -c 1000000 /dev/zero; echo kept >&2; exit 1"), output: .discarded)
        #expect(child.wait() == .exited(status: 1))
        #expect(child.lastWords == ["kept"])
    }

    @Test func whatCannotBeStartedIsSaid() throws {
        let environment = ["PATH": "/bin"]
        func error(_ invocation: Invocation) -> String? {
            do throws(SpawnError) {
                _ = try ChildProcess(invocation)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            error(Invocation("/nowhere/at/all", environment: environment))
                == "/nowhere/at/all cannot be started: no such file or directory")
        #expect(
            error(Invocation("/etc/passwd", environment: environment))
                == "/etc/passwd cannot be started: permission denied")
        #expect(
            error(Invocation("/bin/sh", environment: environment, folder: "/nowhere"))
                == "/bin/sh cannot be started: its folder /nowhere cannot be entered: no such file or directory")
        #expect(
            error(Invocation("/bin/sh", environment: environment, cpus: [60_000]))
                == "/bin/sh cannot be started: it cannot be bound to the CPUs [60000]: invalid argument")
        for step in [SpawnError.Step.pipe, .process] {
            let refusal = SpawnError(invocation: Invocation("/bin/sh", environment: [:]), step: step, code: EMFILE)
            #expect(refusal.reason == "this process may not open more files; allow more with `ulimit -n`")
        }
    }
}
