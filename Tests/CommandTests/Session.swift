import Faults
import Foundation

@testable import attnbench

/// One run of the program in this process, and what it printed.
struct Session {
    let status: ExitStatus
    let output: String
    let messages: String

    /// What was measured of this machine is remembered from one session to the next, apart from what its user has.
    static let environment = [
        "XDG_CACHE_HOME": FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-test-cache").path
    ]

    init(_ arguments: [String], terminal: Bool = false, environment: [String: String] = [:]) {
        final class Recorder { var text = "" }
        let (output, messages) = (Recorder(), Recorder())
        let console = Console(
            output: { output.text += $0 }, messages: { messages.text += $0 },
            outputIsTerminal: terminal, messagesAreTerminal: terminal, columns: 100,
            environment: Self.environment.merging(environment) { $1 })
        status = AttnBench.run(arguments, on: console)
        (self.output, self.messages) = (output.text, messages.text)
    }

    init(_ line: String, terminal: Bool = false, environment: [String: String] = [:]) {
        self.init(line.split(separator: " ").map(String.init), terminal: terminal, environment: environment)
    }
}
