import Foundation
import Testing

@testable import Benchmarking

/// Shell scripts in the place of a launch.
@Suite struct ChildLaunchTests {
    private func run(_ script: String) throws -> (ending: ChildLaunch.Ending, events: [ProgressEvent]) {
        var events: [ProgressEvent] = []
        let child = ChildLaunch(
            number: 2, executable: "/bin/sh", arguments: ["-c", script],
            environment: ["PATH": "/usr/bin:/bin"])
        let ending = try child.run(cancellation: Cancellation()) { events.append($0) }
        return (ending, events)
    }

    private func line(_ event: LaunchEvent) -> String { "echo '\(event.line.dropLast())'" }

    @Test func eventsArriveInOrder() throws {
        let progress = (1...3).map {
            ProgressEvent(phase: .measuring, cell: "full 1K", done: $0, total: 3, secondsLeft: 1.5)
        }
        let script = progress.map { line(.progress($0)) } + [line(.ended(wasInterrupted: false, startupSeconds: 2))]
        let outcome = try run(script.joined(separator: "; "))
        #expect(outcome.events == progress && !outcome.ending.wasInterrupted && outcome.ending.startupSeconds == 2)
        #expect(try run(line(.ended(wasInterrupted: true, startupSeconds: 0))).ending.wasInterrupted)
    }

    @Test(arguments: [
        ("echo 'Error: the disk is full; make room' >&2; exit 2", "launch 2 the disk is full; make room"),
        ("echo 'Fatal error: oops' >&2; exit 5", "launch 2 ended with status 5: Fatal error: oops"),
        ("exit 0", "launch 2 ended with status 0"),
        (
            "kill -9 $$",
            "launch 2 was ended by signal 9 (Killed), which the system sends when memory runs out"
        ),
    ]) func aFailureIsOneSentence(script: String, message: String) {
        let error = #expect(throws: LaunchFailed.self) { try run(script) }
        #expect(error?.description == message)
    }

    /// The child is told, and says itself how it ended.
    @Test func aCancellationReachesTheChild() throws {
        let cancellation = Cancellation()
        let ended = LaunchEvent.ended(wasInterrupted: true, startupSeconds: 0)
        let script =
            "trap '\(line(ended).replacing("'", with: #"'"'"'"#)); exit 0' INT; \(line(.progress(Self.event))); "
            + "while :; do sleep 0.01; done"
        let child = ChildLaunch(
            number: 1, executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        let ending = try child.run(cancellation: cancellation) { _ in cancellation.cancel() }
        #expect(ending.wasInterrupted)
    }

    /// In the middle of a call that takes hours nothing is said.
    @Test func aCancellationReachesASilentChild() throws {
        let cancellation = Cancellation()
        let ended = LaunchEvent.ended(wasInterrupted: true, startupSeconds: 0)
        let script =
            "trap '\(line(ended).replacing("'", with: #"'"'"'"#)); exit 0' INT; while :; do sleep 0.01; done"
        let child = ChildLaunch(
            number: 1, executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        // A thread of its own: other tests may hold all threads of the system's queues for minutes.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 1)
            cancellation.cancel()
        }
        #expect(try child.run(cancellation: cancellation) { _ in }.wasInterrupted)
    }

    /// It may be stopped by a debugger, or wait for a disk that does not answer.
    @Test(arguments: [
        ("sleep 1000", "launch 1 had no output for 0.2 s after the end of its time, and was ended"),
        (
            "while :; do echo noise >&2; done",
            "launch 1 had no output for 0.2 s after the end of its time, and was ended"
        ),
        ("tr '\\0' x < /dev/zero", "launch 1 sent a line without an end, and was ended"),
        ("exec >&-; sleep 1000", "launch 1 had not ended 0.2 s after it closed its output, and was ended"),
    ]) func aLaunchThatHangsIsEnded(script: String, message: String) {
        var child = ChildLaunch(
            number: 1, executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        child.timeBudgetSeconds = 0.1
        child.patienceSeconds = 0.2
        let error = #expect(throws: LaunchFailed.self) { try child.run(cancellation: Cancellation()) { _ in } }
        #expect(error?.description == message)
    }

    /// Where nothing but the sweep ends it, a launch may be silent for hours, and computes then.
    @Test func aLaunchThatSleepsIsEndedWithoutABudget() throws {
        func child(_ script: String, patienceSeconds: Double) -> ChildLaunch {
            var child = ChildLaunch(
                number: 1, executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
            child.patienceSeconds = patienceSeconds
            return child
        }
        let error = #expect(throws: LaunchFailed.self) {
            try child("sleep 1000", patienceSeconds: 0.2).run(cancellation: Cancellation()) { _ in }
        }
        #expect(error?.description == "launch 1 had no output and used no CPU time for 0.2 s, and was ended")
        // A grandchild computes for three seconds while the launch itself waits for it. On a busy machine it may get no CPU for
        // some tenths of a second, so the patience is longer here.
        let ended = line(.ended(wasInterrupted: false, startupSeconds: 0))
        let busy = "(end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do :; done); \(ended)"
        #expect(try !child(busy, patienceSeconds: 1.5).run(cancellation: Cancellation()) { _ in }.wasInterrupted)
    }

    /// Without a time budget too.
    @Test func aLaunchThatDoesNotStopIsEnded() {
        let cancellation = Cancellation()
        var child = ChildLaunch(
            number: 1, executable: "/bin/sh",
            arguments: ["-c", "trap '' INT; \(line(.progress(Self.event))); sleep 1000"],
            environment: ["PATH": "/usr/bin:/bin"])
        child.patienceSeconds = 0.2
        let error = #expect(throws: LaunchFailed.self) {
            try child.run(cancellation: cancellation) { _ in cancellation.cancel() }
        }
        #expect(error?.description.contains("had no output") == true)
    }

    private static let event = ProgressEvent(phase: .measuring, cell: "full 1K", done: 1, total: 3, secondsLeft: 1.5)

    @Test func whatCannotBeStartedIsSaid() {
        let child = ChildLaunch(
            number: 1, executable: "/nowhere/at/all", arguments: [], environment: [:])
        let error = #expect(throws: LaunchFailed.self) { try child.run(cancellation: Cancellation()) { _ in } }
        #expect(error?.description.hasPrefix("launch 1 cannot be started: ") == true)
    }
}
