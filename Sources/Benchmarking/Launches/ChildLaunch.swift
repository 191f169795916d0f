import Faults
import Foundation
import Hardware
import Processes

/// A launch in a process of its own, followed until it ends.
///
/// The child writes its events to a pipe. Where this process dies, the next event finds no reader and ends the child;
/// its journal has what it measured, and until then nobody else can write the file.
struct ChildLaunch {
    let number: Int
    /// This program, unless told otherwise.
    var executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let arguments: [String]
    let environment: [String: String]
    /// By which the child shares the right to the results file.
    var input: Int32?

    /// Infinite where nothing but the sweep ends the launch.
    var timeBudgetSeconds = Double.infinity
    /// For how long it may say nothing once its time is up or it was asked to stop. To prepare a cell of ten million
    /// tokens takes a minute, and so does its check.
    var patienceSeconds = 300.0

    /// What it says when all that it measured is in the file.
    struct Ending {
        let wasInterrupted: Bool
        let startupSeconds: Double
    }

    /// Of one CPU: who uses less waits. Looking for messages some times a second costs less.
    private static let sleepersShare = 0.01

    /// How soon a cancellation reaches the child.
    private static let watchSeconds = 0.1

    /// - Parameter cancellation: passed on to the child, which has a process group of its own: a terminal's ^C does not
    ///   reach it.
    func run(cancellation: Cancellation, _ follow: (ProgressEvent) -> Void) throws(LaunchFailed) -> Ending {
        let process: ChildProcess
        do throws(SpawnError) {
            process = try ChildProcess(Invocation(executable, arguments, environment: environment, input: input))
        } catch {
            throw LaunchFailed(number: number, reason: "cannot be started: \(error.reason)")
        }
        process.closeInput()
        let start = Stopwatch()
        var lastWord = start
        var said: Ending?
        var isTold = false
        // Since a launch that is silent was looked at, and what it had computed until then.
        var watched: (since: Stopwatch, cpuSeconds: Double)?
        following: while true {
            switch process.nextLine(within: Self.watchSeconds) {
            case .late:
                let isOver = isTold || start.seconds > timeBudgetSeconds
                if isOver, lastWord.seconds > patienceSeconds {
                    throw ended(process, "said nothing for \(patienceSeconds) s after its time was up")
                }
                // Without a budget one call may take hours, and then it computes.
                guard lastWord.seconds > patienceSeconds else { continue }
                if let before = watched, before.since.seconds < patienceSeconds { break }
                let now = (since: Stopwatch(), cpuSeconds: process.cpuSeconds)
                if let before = watched,
                    now.cpuSeconds - before.cpuSeconds < Self.sleepersShare * before.since.seconds
                {
                    throw ended(process, "said nothing and computed nothing for \(patienceSeconds) s")
                }
                watched = now
            case .tooLong: throw ended(process, "said a line that does not end")
            case .ended: break following
            case .line(let line):
                (lastWord, watched) = (Stopwatch(), nil)
                switch LaunchEvent(line: Data(line.utf8)) {
                case .progress(let event): follow(event)
                case .ended(let wasInterrupted, let startupSeconds):
                    said = Ending(wasInterrupted: wasInterrupted, startupSeconds: startupSeconds)
                case nil: break
                }
            }
            if cancellation.isCancelled, !isTold {
                kill(process.identifier, SIGINT)
                (isTold, lastWord) = (true, Stopwatch())
            }
        }
        guard let ending = process.ending(within: patienceSeconds) else {
            throw ended(process, "had not ended \(patienceSeconds) s after it closed its output")
        }
        if ending.isSuccess, let said { return said }
        throw LaunchFailed(number: number, reason: Self.reason(ending, process.lastWords))
    }

    /// Ends a launch that would not end by itself.
    private func ended(_ process: ChildProcess, _ complaint: String) -> LaunchFailed {
        process.end(patience: 0)
        return LaunchFailed(number: number, reason: "\(complaint), and was ended")
    }

    private static func reason(_ ending: ProcessEnding, _ messages: [String]) -> String {
        let error = "Error: "
        if let message = messages.last(where: { $0.hasPrefix(error) }) { return String(message.dropFirst(error.count)) }
        return "\(ending)" + (messages.last.map { ": \($0)" } ?? "")
    }
}

/// A launch did not end as it should; what it measured is in the file and its journal.
public struct LaunchFailed: Fault {
    let number: Int
    let reason: String

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String { "launch \(number) \(reason)" }
}
