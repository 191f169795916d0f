import ArgumentParser
import Escaping
import Faults
import Foundation
import TestSupport
import Testing

@testable import attnbench

/// What every command has in common: help, usage errors, exit codes, colour.
@Suite struct CommandLineTests {
    /// Commands whose whole help is held in golden files.
    static let commands = AttnBench.configuration.subcommands.map { $0._commandName }

    @Test func helpOfTheProgram() {
        let session = Session("--help")
        #expect(session.status == .done)
        #expect(session.messages.isEmpty)
        #expect(session.output == Golden.text("help", updatingTo: session.output))
        #expect(Session("help").output == session.output)
        #expect(Session("").output == session.output)
    }

    @Test(arguments: commands) func helpOfACommand(name: String) {
        let session = Session("\(name) --help")
        #expect(session.status == .done)
        #expect(session.output == Golden.text("help-\(name)", updatingTo: session.output))
        #expect(session.output.contains("Examples:\n  attnbench \(name)"), "the help of \(name) has no example")
    }

    /// What the terminal breaks in two cannot be copied from it.
    @Test func examplesFitTheTerminal() {
        for command in AttnBench.configuration.subcommands {
            for line in command.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
                #expect(line.count <= 80, "\(command._commandName): \(line)")
            }
        }
    }

    @Test func versionIsANumber() {
        let session = Session("--version")
        #expect(session.status == .done)
        #expect(session.output.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil)
    }

    @Test(arguments: [
        "nonsense", "list nonsense", "list --nonsense", "check nonsense", "attend", "attend --kernel",
        "attend --kernel full --window many --query q --key k --value v --output o",
        "check --color mauve",
    ]) func mistakesAreUsageErrors(line: String) {
        let session = Session(line)
        #expect(session.status == .usage, "\(line)")
        #expect(session.output.isEmpty, "\(line)")
        #expect(session.messages.hasPrefix("Error: "), "\(line)")
    }

    @Test func misspeltCommandsAreNamedWithTheNearest() {
        #expect(Session("chekc").messages == "Error: \"chekc\" is not a command; did you mean \"check\"?\n")
        #expect(Session("help chekc").messages == Session("chekc").messages)
    }

    /// Another axis would be another sweep, whose results cannot be gone on with.
    @Test func anInterruptedRunNamesTheWholeCommand() {
        let error = Interrupted(
            command: ShellCommand(["attnbench", "run", "smoke", "--set", "lengths=1K"]), directory: "r")
        #expect("\(error)" == "interrupted; continue with: attnbench run smoke --set lengths=1K --output r --resume")
    }

    @Test func exitCodesAreTheDocumentedOnes() throws {
        let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        let section = try #require(text.split(separator: "## Exit codes").last?.split(separator: "\n\n").first)
        let documented = section.split(separator: ".")[0].split(separator: "·").compactMap {
            $0.firstMatch(of: #/\d+/#).flatMap { Int32($0.output) }
        }
        #expect(documented == ExitStatus.allCases.map(\.rawValue))
    }

    @Test(
        arguments: [
            (["--color", "always"], false, [:], true),
            (["--color", "never"], true, [:], false),
            ([], true, [:], true),
            ([], false, [:], false),
            ([], true, ["NO_COLOR": "1"], false),
            ([], true, ["NO_COLOR": ""], true),
            (["--color", "always"], true, ["NO_COLOR": "1"], true),
        ] as [([String], Bool, [String: String], Bool)])
    func colourIsAskedFor(
        arguments: [String], terminal: Bool, environment: [String: String], isColoured: Bool
    ) throws {
        let console = Console(
            output: { _ in }, messages: { _ in }, outputIsTerminal: terminal, messagesAreTerminal: terminal,
            columns: 100, environment: environment)
        let painted = try OutputOptions.parse(arguments).paint(on: console)("ok", .green).painted
        #expect((painted.text == "\u{1B}[32mok\u{1B}[0m") == isColoured)
        #expect((painted.text == "ok") != isColoured)
    }

    @Test func aVerdictIsColoured() {
        let session = Session("check full-blas", terminal: true)
        #expect(session.output.contains("\u{1B}[32mok\u{1B}[0m"))
    }
}
