import Attention
import Benchmarking
import Foundation

/// A launch in a process of its own, followed until it ends.
///
/// The child writes its events to a pipe. Where this process dies, the next event finds no reader and ends the child;
/// its journal has what it measured.
struct ChildLaunch {
    let number: Int
    /// This program, unless told otherwise.
    var executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let arguments: [String]
    let environment: [String: String]

    /// - Returns: whether it was interrupted.
    func run(_ follow: (ProgressEvent) -> Void) throws(LaunchFailed) -> Bool {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        let (events, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = events
        process.standardError = errors
        do { try process.run() } catch {
            throw LaunchFailed(number: number, reason: "cannot be started: \(error.systemWords)")
        }
        Interrupts.pass(to: process.processIdentifier)
        defer { Interrupts.pass(to: nil) }
        var wasInterrupted: Bool?
        Self.lines(of: events.fileHandleForReading) { line in
            switch LaunchEvent(line: line) {
            case .progress(let event): follow(event)
            case .ended(let interrupted): wasInterrupted = interrupted
            case nil: break
            }
        }
        var messages: [String] = []
        Self.lines(of: errors.fileHandleForReading) { messages.append(String(decoding: $0, as: UTF8.self)) }
        process.waitUntilExit()
        if process.terminationReason == .exit, process.terminationStatus == 0, let wasInterrupted {
            return wasInterrupted
        }
        throw LaunchFailed(number: number, reason: Self.reason(process, messages))
    }

    private static func reason(_ process: Process, _ messages: [String]) -> String {
        let error = "Error: "
        if let message = messages.last(where: { $0.hasPrefix(error) }) { return String(message.dropFirst(error.count)) }
        let said = messages.last { !$0.isEmpty }.map { ": \($0)" } ?? ""
        guard process.terminationReason == .uncaughtSignal else {
            return "ended with status \(process.terminationStatus)\(said)"
        }
        let name = strsignal(process.terminationStatus).map { String(cString: $0) } ?? "unknown"
        let hint = process.terminationStatus == SIGKILL ? ", as the system does when memory runs out" : ""
        return "was ended by signal \(process.terminationStatus) (\(name))\(hint)\(said)"
    }

    /// Calls `body` with each line as soon as it is there, until the pipe's other end is closed.
    private static func lines(of handle: FileHandle, _ body: (Data) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        var pending = Data()
        while true {
            let count = read(handle.fileDescriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            pending.append(contentsOf: buffer[..<count])
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                body(pending[pending.startIndex..<end])
                pending = Data(pending[(end + 1)...])
            }
        }
        if !pending.isEmpty { body(pending) }
    }
}

/// A launch did not end as it should; what it measured is in the file and its journal.
struct LaunchFailed: Error, CustomStringConvertible {
    let number: Int
    let reason: String

    var description: String { "launch \(number) \(reason)" }
}
