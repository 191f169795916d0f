import Files
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

    static func standard(_ output: StandardOutput) -> Console {
        Console(
            output: output.write,
            messages: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
            outputIsTerminal: isatty(STDOUT_FILENO) == 1,
            messagesAreTerminal: isatty(STDERR_FILENO) == 1,
            columns: nil,
            environment: ProcessInfo.processInfo.environment)
    }
}

/// Standard output, which remembers when it could not take what was printed: on a full disk, or where it is closed.
///
/// The command goes on all the same, since its files may be worth more than what it prints.
final class StandardOutput {
    /// Of the first write that failed; nothing was printed after it.
    private(set) var failure: SystemError?

    func write(_ text: String) {
        guard failure == nil else { return }
        do throws(SystemError) { try SystemDisk().write(Data(text.utf8), to: STDOUT_FILENO) } catch { failure = error }
    }
}
