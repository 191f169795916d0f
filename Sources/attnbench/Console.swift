import Foundation
import Reporting

/// Where a command prints, and what it knows of who reads it.
struct Console {
    /// Results, and nothing else.
    let output: (String) -> Void
    /// Errors, warnings and progress.
    let messages: (String) -> Void
    let outputIsTerminal: Bool
    let messagesAreTerminal: Bool
    /// Width of help texts; nil for that of the terminal.
    let columns: Int?
    let environment: [String: String]

    /// How wide tables may be.
    var width: Int { columns ?? Terminal.columns }

    /// Doubts, one below the other, wrapped.
    func caution(_ doubts: [some CustomStringConvertible]) {
        for doubt in doubts {
            let lines = TerminalTable.wrap("Caution: \(doubt)", width: width, indent: 2)
            messages(lines.joined(separator: "\n") + "\n")
        }
    }

    static var standard: Console {
        Console(
            output: { try? FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) },
            messages: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
            outputIsTerminal: isatty(STDOUT_FILENO) == 1,
            messagesAreTerminal: isatty(STDERR_FILENO) == 1,
            columns: nil,
            environment: ProcessInfo.processInfo.environment)
    }
}
