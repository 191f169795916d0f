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
        var silence = Silence()
        var said: Ending?
        var isTold = false
        following: while true {
            switch process.nextLine(within: Self.watchSeconds) {
            case .late:
                let isOver = isTold || start.seconds > timeBudgetSeconds
                if isOver, silence.seconds > patienceSeconds {
                    throw ended(process, "had no output for \(patienceSeconds) s after the end of its time")
                }
                if silence.isSleep(of: process, beyond: patienceSeconds) {
                    throw ended(process, "had no output and used no CPU time for \(patienceSeconds) s")
                }
            case .tooLong: throw ended(process, "sent a line without an end")
            case .ended: break following
            case .line(let line):
                silence = Silence()
                switch LaunchEvent(line: Data(line.utf8)) {
                case .progress(let event): follow(event)
                case .ended(let wasInterrupted, let startupSeconds):
                    said = Ending(wasInterrupted: wasInterrupted, startupSeconds: startupSeconds)
                case nil: break
                }
            }
            if cancellation.isCancelled, !isTold {
                kill(process.identifier, SIGINT)
                (isTold, silence) = (true, Silence())
            }
        }
        guard let ending = process.ending(within: patienceSeconds) else {
            throw ended(process, "had not ended \(patienceSeconds) s after it closed its output")
        }
        if ending.isSuccess, let said { return said }
        throw LaunchFailed(number: number, reason: Self.reason(ending, process.lastWords))
    }

    /// The time since a launch has last said something.
    ///
    /// Without a time budget one call may take hours; a launch that computes nothing all the while hangs.
    private struct Silence {
        private let lastWord = Stopwatch()
        /// Since it was looked at, and what it had computed until then.
        private var looked: (since: Stopwatch, cpuSeconds: Double)?

        /// Of one CPU: who uses less sleeps. Looking for messages some times a second costs less.
        private static let sleepersShare = 0.01

        var seconds: Double { lastWord.seconds }

        /// Whether neither the launch nor anything that it started has computed for as long as the patience lasts, once that
        /// was used up.
        mutating func isSleep(of process: ChildProcess, beyond patienceSeconds: Double) -> Bool {
            guard seconds > patienceSeconds else { return false }
            if let looked, looked.since.seconds < patienceSeconds { return false }
            let before = looked
            let cpuSeconds = process.cpuSeconds
            looked = (Stopwatch(), cpuSeconds)
            return before.map { cpuSeconds - $0.cpuSeconds < Self.sleepersShare * $0.since.seconds } ?? false
        }
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
