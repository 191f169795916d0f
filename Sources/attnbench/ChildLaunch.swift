import Benchmarking
import Faults
import Foundation
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

    /// - Returns: whether it was interrupted.
    func run(_ follow: (ProgressEvent) -> Void) throws(LaunchFailed) -> Bool {
        let process: ChildProcess
        do throws(SpawnError) {
            process = try ChildProcess(Invocation(executable, arguments, environment: environment, input: input))
        } catch {
            throw LaunchFailed(number: number, reason: "cannot be started: \(error.reason)")
        }
        process.closeInput()
        Interrupts.pass(to: process.identifier)
        defer { Interrupts.pass(to: nil) }
        var wasInterrupted: Bool?
        while case .line(let line) = process.nextLine() {
            switch LaunchEvent(line: Data(line.utf8)) {
            case .progress(let event): follow(event)
            case .ended(let interrupted): wasInterrupted = interrupted
            case nil: break
            }
        }
        let ending = process.wait()
        if ending.isSuccess, let wasInterrupted { return wasInterrupted }
        throw LaunchFailed(number: number, reason: Self.reason(ending, process.lastWords))
    }

    private static func reason(_ ending: ProcessEnding, _ messages: [String]) -> String {
        let error = "Error: "
        if let message = messages.last(where: { $0.hasPrefix(error) }) { return String(message.dropFirst(error.count)) }
        return "\(ending)" + (messages.last.map { ": \($0)" } ?? "")
    }
}

/// A launch did not end as it should; what it measured is in the file and its journal.
struct LaunchFailed: Fault {
    let number: Int
    let reason: String

    var exitStatus: ExitStatus { .internalFailure }

    var description: String { "launch \(number) \(reason)" }
}
