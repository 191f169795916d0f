import Foundation
import TestSupport

/// The program that was built beside these tests, as a process of its own.
struct Program {
    static let url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("attnbench")

    let status: Int32
    let output: String
    let messages: String

    /// Runs a line of the shell, in which `$attnbench` is the program, and waits for its end.
    init(_ line: String, in folder: TestFolder) throws {
        let (process, output, messages) = try Self.start(line, in: folder)
        self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.messages = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }

    static func start(_ line: String, in folder: TestFolder) throws -> (process: Process, output: Pipe, messages: Pipe)
    {
        let (process, output, messages) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.environment = ProcessInfo.processInfo.environment.merging(
            Session.environment.merging(["attnbench": url.path]) { $1 }
        ) { $1 }
        process.currentDirectoryURL = folder.url
        process.standardOutput = output
        process.standardError = messages
        // The thread of a test may have signals blocked, and processes inherit that: mpirun would never see them.
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        return (process, output, messages)
    }
}
