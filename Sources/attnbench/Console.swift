import Escaping
import Files
import Foundation
import Reporting

/// Where a command prints, and what it knows of who reads it. All text that is printed goes through here, and leaves
/// escaped for a terminal.
struct Console {
    private let writeOutput: (String) -> Void
    private let writeMessages: (String) -> Void
    let outputIsTerminal: Bool
    let messagesAreTerminal: Bool
    /// Width of help texts; nil for that of the terminal.
    let columns: Int?
    let environment: [String: String]

    init(
        output: @escaping (String) -> Void, messages: @escaping (String) -> Void, outputIsTerminal: Bool,
        messagesAreTerminal: Bool, columns: Int?, environment: [String: String]
    ) {
        writeOutput = output
        writeMessages = messages
        self.outputIsTerminal = outputIsTerminal
        self.messagesAreTerminal = messagesAreTerminal
        self.columns = columns
        self.environment = environment
    }

    /// How wide tables may be.
    var width: Int { columns ?? Terminal.columns }

    /// Results, and nothing else.
    func output(_ text: String) { output(Escaped(plain: text)) }

    /// Results with colours.
    func output(_ text: Escaped<TerminalScreen>) { writeOutput(text.text) }

    /// Errors, warnings and progress.
    func messages(_ text: String) { messages(Escaped(plain: text)) }

    /// Progress that draws itself again.
    func messages(_ text: Escaped<TerminalScreen>) { writeMessages(text.text) }

    /// What the runner of a job is told to do: the one line that it obeys.
    func announce(_ command: WorkflowCommand) { writeOutput("\(command)\n") }

    /// Doubts, one below the other, wrapped.
    func caution(_ doubts: [some CustomStringConvertible]) {
        for doubt in doubts {
            let lines = TerminalTable.wrap("Caution: \(doubt)", width: width, indent: 2)
            messages(lines.joined(separator: "\n") + "\n")
        }
    }

    /// Of a rank that prints nothing: the first one says it.
    static var silent: Console {
        Console(
            output: { _ in }, messages: { _ in }, outputIsTerminal: false, messagesAreTerminal: false, columns: nil,
            environment: ProcessInfo.processInfo.environment)
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
/// The command continues, since its files may be worth more than what it prints.
final class StandardOutput {
    /// Of the first write that failed; nothing was printed after it.
    private(set) var failure: SystemError?

    func write(_ text: String) {
        guard failure == nil else { return }
        do throws(SystemError) { try SystemDisk().write(Data(text.utf8), to: STDOUT_FILENO) } catch { failure = error }
    }
}

/// The terminal that standard output or standard error shows on.
enum Terminal {
    /// Its width; 80 where there is none.
    static var columns: Int {
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            var size = winsize()
            if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        }
        return 80
    }
}
