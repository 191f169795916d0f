import Foundation
import Kernels
import Serving
import TestSupport
import Testing

@testable import attnbench

/// The scripts that shells complete with: they are valid, and offer what there is.
///
/// One test after the other: which shell asks is a global variable of ArgumentParser, and zsh's answers end with a blank.
@Suite(.serialized) struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"]) func everyShellHasAScript(shell: String) {
        let session = Session("--generate-completion-script \(shell)")
        #expect(session.status == .done)
        #expect(session.output.contains("attnbench"))
        let visible = AttnBench.configuration.subcommands.filter { $0.configuration.shouldDisplay }
        #expect(visible.count >= 10)
        for command in visible {
            #expect(session.output.contains(command._commandName), "\(shell) does not know \(command._commandName)")
        }
        for kernel in Kernel.builtIn.names { #expect(session.output.contains(kernel), "\(shell): \(kernel)") }
        for accelerator in AcceleratorCatalogue.shipped.accelerators {
            #expect(session.output.contains(accelerator.id), "\(shell): \(accelerator.id)")
        }
    }

    @Test(arguments: [
        ("attnbench mach", ["machine"]),
        ("attnbench list s", ["sweeps"]),
        ("attnbench check chunked-o", ["chunked-overlap", "chunked-overlap-symmetric"]),
        ("attnbench attend --type b", ["bfloat16"]),
        ("attnbench attend --kernel reference --mask ca", ["causal"]),
        ("attnbench plan --accelerator h2", ["h200-sxm"]),
        ("attnbench plan --kv-type q8", ["q8_0"]),
        ("attnbench run --dry", ["--dry-run"]),
    ]) func bashOffers(line: String, words: [String]) throws {
        #expect(try bash(completing: line) == words)
    }

    /// The names of sweeps and models are asked of the program when the key is pressed.
    @Test func filesAndNamesAreOffered() throws {
        #expect(
            Session(["---completion", "plan", "--", "--model", "3", "7", "attnbench", "plan", "--model", "mixtral"])
                .output.contains("mixtral-8x7b"))
        #expect(
            Session(["---completion", "run", "--", "positional@0", "2", "3", "attnbench", "run", "smo"])
                .output.split(separator: "\n").first == "smoke")
    }

    /// bash expands what it is offered.
    @Test func aFileWhoseNameIsACommandIsNotOffered() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("completion-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["$(touch \(HostileStrings.mark)).yaml", "`id`.yaml", "plain.yaml", "with space.yaml"] {
            try Data().write(to: folder.appendingPathComponent(name))
        }
        let typed = folder.path + "/"
        let offered = Session(
            ["---completion", "run", "--", "positional@0", "2", "\(typed.count)", "attnbench", "run", typed]
        ).output.split(separator: "\n").map(String.init)
        #expect(offered == [typed + "plain.yaml", typed + "with space.yaml"])
    }

    private func bash(completing line: String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("completion-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appendingPathComponent("attnbench.bash")
        try Data(Session("--generate-completion-script bash").output.utf8).write(to: script)
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "bash", "-c",
            """
            set -e; bash -n "$0"; source "$0"
            COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<<"$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            set +e; _attnbench attnbench "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"; printf '%s\\n' "${COMPREPLY[@]}"
            """, script.path, line,
        ]
        process.standardOutput = output
        try process.run()
        let offered = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: offered, as: UTF8.self).split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}
