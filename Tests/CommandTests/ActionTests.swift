import Foundation
import TestSupport
import Testing
import Yams

@testable import attnbench

/// `action.yml`, whose one step that decides anything is run here, on a program that stands in for the gate.
@Suite struct ActionTests {
    private struct Action: Decodable {
        struct Input: Decodable {
            let description: String
            let `default`: String
        }

        struct Output: Decodable { let value: String }

        struct Step: Decodable {
            let name: String
            let id: String?
            let shell: String?
            let run: String?
            let uses: String?
            let env: [String: String]?
            let condition: String?

            enum CodingKeys: String, CodingKey {
                case name, id, shell, run, uses, env
                case condition = "if"
            }
        }

        struct Runs: Decodable {
            let using: String
            let steps: [Step]
        }

        let inputs: [String: Input]
        let outputs: [String: Output]
        let runs: Runs

        func step(_ id: String) throws -> Step { try #require(runs.steps.first { $0.id == id }) }
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let text =
        (try? String(contentsOf: root.appendingPathComponent("action.yml"), encoding: .utf8)) ?? ""
    private static func action() throws -> Action { try YAMLDecoder().decode(Action.self, from: text) }

    @Test func everyStepRunsSomethingInAShellThatItNames() throws {
        let action = try Self.action()
        #expect(action.runs.using == "composite")
        for step in action.runs.steps {
            #expect((step.run == nil) != (step.uses == nil), "\(step.name)")
            #expect(step.run == nil || step.shell == "bash", "\(step.name)")
            // Text of a pull request within a script would be run with it.
            #expect(step.run?.contains("${{") != true, "\(step.name) pastes an expression into its script")
        }
    }

    @Test func inputsAreDeclaredUsedAndDocumented() throws {
        let action = try Self.action()
        let used = Set(Self.text.matches(of: #/inputs\.([\w-]+)/#).map { String($0.output.1) })
        #expect(used == Set(action.inputs.keys))
        let page = try String(
            contentsOf: Self.root.appendingPathComponent("docs/regression-testing-in-ci.md"), encoding: .utf8)
        for name in action.inputs.keys { #expect(page.contains("| `\(name)` |"), "\(name) is not documented") }
        for name in action.outputs.keys { #expect(page.contains("`\(name)`"), "\(name) is not documented") }
    }

    /// What a run of the step left: its exit code, its outputs, and what it called the gate with.
    private struct Run {
        let status: Int32
        let outputs: [String: String]
        let arguments: [String]
    }

    /// - Parameters:
    ///   - inputs: in place of defaults.
    ///   - exit: of the gate.
    private func runGate(_ inputs: [String: String] = [:], exit: Int32 = 0, verdict: String? = "PASS") throws -> Run {
        let action = try Self.action()
        let step = try action.step("gate")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-action-\(UUID())")
        let programs = folder.appendingPathComponent(".build/release")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let comparison = verdict.map {
            "mkdir -p out && printf '{\\n  \"verdict\" : \"\($0)\"\\n}\\n' > out/comparison.json"
        }
        let program = programs.appendingPathComponent("attnbench")
        try Data("#!/bin/bash\nprintf '%s\\n' \"$@\" > arguments\n\(comparison ?? ":")\nexit \(exit)\n".utf8)
            .write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)

        var environment = ["PATH": "/usr/bin:/bin", "GITHUB_OUTPUT": folder.appendingPathComponent("outputs").path]
        for (name, value) in try #require(step.env) {
            let input = value.firstMatch(of: #/^\$\{\{ inputs\.([\w-]+) \}\}$/#).map { String($0.output.1) }
            if value.contains("steps.packed.") { continue }
            environment[name] = try input.map { try inputs[$0] ?? #require(action.inputs[$0]).default } ?? "base"
        }
        environment["ACTION_PATH"] = folder.path
        environment["OUTPUT"] = "out"
        let status = try shell(try #require(step.run), environment, in: folder)
        func lines(_ name: String) -> [String] {
            let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            return (text ?? "").split(separator: "\n").map(String.init)
        }
        let outputs = lines("outputs").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return Run(
            status: status,
            outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0[0], $0.count > 1 ? $0[1] : "") }),
            arguments: lines("arguments"))
    }

    /// As GitHub starts `shell: bash`.
    private func shell(_ script: String, _ environment: [String: String], in folder: URL) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        process.environment = environment
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// `git fetch --upload-pack=PROGRAM` runs that program. A program that stands in for git notes what it is asked.
    @Test(arguments: [("-x", 2, []), ("--upload-pack=touch stolen", 2, []), ("main", 0, ["fetch", "worktree"])])
    func aBaselineIsNeverAnOption(name: String, status: Int32, commands: [String]) throws {
        let folder = try TestFolder()
        let git = folder.url.appendingPathComponent("git")
        try Data(
            """
            #!/bin/bash
            case $1 in
            fetch | worktree) echo "$1" >> commands ;;
            rev-parse) [[ ${*: -1} == FETCH_HEAD ]] && echo 12345 || exit 1 ;;
            esac
            """.utf8
        ).write(to: git)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: git.path)
        let environment = [
            "PATH": "\(folder.url.path):/usr/bin:/bin", "BASELINE": name, "GITHUB_WORKSPACE": folder.url.path,
            "GITHUB_OUTPUT": folder.url.appendingPathComponent("outputs").path, "RUNNER_TEMP": folder.url.path,
        ]
        #expect(try shell(try #require(Self.action().step("baseline").run), environment, in: folder.url) == status)
        let noted = try? String(contentsOf: folder.url.appendingPathComponent("commands"), encoding: .utf8)
        #expect((noted ?? "").split(separator: "\n").map(String.init) == commands)
    }

    @Test func theGateUnderstandsWhatItIsCalledWith() throws {
        let plain = try runGate()
        #expect(plain.arguments.first == "gate")
        let gate = try GateCommand.parse(Array(plain.arguments.dropFirst()))
        #expect(gate.sweep == nil)
        #expect(gate.comparedOptions.baseline == "base/.build/release/attnbench")
        #expect(gate.options.timeBudget == 300)
        #expect(gate.options.delta == nil)
        #expect(!gate.strict)
        #expect(gate.comparisonOptions.output == "out")
        #expect(gate.comparisonOptions.format?.map(\.name) == ["json", "junit", "csv", "github"])

        let told = try runGate(["sweep": "my sweep", "delta": "2%", "strict": "true", "time-budget": "30s"])
        let other = try GateCommand.parse(Array(told.arguments.dropFirst()))
        #expect(other.sweep == "my sweep")
        #expect(other.options.delta == 0.02)
        #expect(other.strict)
        #expect(other.options.timeBudget == 30)
    }

    @Test func enginesAreComparedWithTheActionsOwnProgram() throws {
        let run = try runGate(["engine": "new/my lib.so", "baseline-engine": "old/my lib.so"])
        let gate = try GateCommand.parse(Array(run.arguments.dropFirst()))
        #expect(gate.comparedOptions.engine == "new/my lib.so")
        #expect(gate.comparedOptions.baselineEngine == "old/my lib.so")
        #expect(gate.comparedOptions.baseline == nil)
        let action = try Self.action()
        for step in action.runs.steps where step.env?.values.contains("${{ steps.baseline.outputs.path }}") == true {
            #expect(step.id == "gate" || step.condition != nil, "\(step.name) runs without a baseline too")
        }
    }

    /// A package is unpacked, a program is taken as it is, and what is neither ends the job before anything is built.
    @Test(
        arguments: [
            ("package.tar.gz", "old.so", 0, "attnbench-packed/bin/attnbench"),
            ("bin/attnbench", "old.so", 0, "bin/attnbench"),
            ("none.tar.gz", "old.so", 2, nil), ("broken", "old.so", 2, nil), ("bin/attnbench", "", 2, nil),
        ] as [(String, String, Int32, String?)])
    func aPackedProgramIsTaken(binary: String, baseline: String, status: Int32, program: String?) throws {
        let folder = try TestFolder()
        try folder.write("#!/bin/sh\necho 1.0\n", to: "bin/attnbench")
        try folder.write("no program", to: "broken")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path("bin/attnbench"))
        let environment = [
            "PATH": "/usr/bin:/bin", "BINARY": binary, "ENGINE": baseline, "BASELINE_ENGINE": baseline,
            "GITHUB_OUTPUT": folder.path("outputs"), "RUNNER_TEMP": folder.url.path,
        ]
        let package =
            "mkdir attnbench-1.0 && cp -r bin attnbench-1.0 && tar --create --gzip --file package.tar.gz attnbench-1.0"
        #expect(try shell(package, environment, in: folder.url) == 0)
        #expect(try shell(try #require(Self.action().step("packed").run), environment, in: folder.url) == status)
        let real = folder.url.resolvingSymlinksInPath().path
        #expect(folder.text("outputs") == program.map { "program=\(real)/\($0)\n" })
    }

    @Test(arguments: [(0, "PASS"), (3, "REGRESSED"), (4, "INCONCLUSIVE"), (5, nil), (7, nil)] as [(Int32, String?)])
    func theJobEndsAsTheGateDoes(exit: Int32, verdict: String?) throws {
        let run = try runGate(exit: exit, verdict: verdict)
        #expect(run.status == exit)
        #expect(run.outputs["exit-code"] == "\(exit)")
        #expect(run.outputs["verdict"] == verdict ?? "")
    }
}
