import Engines
import Foundation
import Testing

@testable import Benchmarking

/// Who may run what: engines that are named on a command line, and in files of strangers.
@Suite struct EngineFileTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("engines-\(UUID())").path

        func write(_ name: String, _ text: String) throws -> String {
            let file = URL(fileURLWithPath: path + "/" + name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            return file.path
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let folder = Folder()

    private func lookup(own: String? = nil, isTrusting: Bool = false) -> EngineLookup {
        EngineLookup(
            program: folder.path + "/bin/attnbench", environment: ["XDG_CONFIG_HOME": folder.path + "/config"],
            checkouts: EngineLookup.Checkouts(
                above: [folder.path + "/checkout/Benchmarks/engines"], own: own, areTrusted: isTrusting))
    }

    private func file(_ text: String) throws -> EngineFile {
        try EngineFile.load(folder.write("mine.yaml", text), program: "/bin/attnbench")
    }

    @Test func everythingThatAFileMaySay() throws {
        _ = try folder.write("engine.py", "")
        let file = try file(
            """
            name: mine
            description: A kernel of mine
            command: [sh, engine.py, --threads, "{threads}"]
            environment: {OMP_NUM_THREADS: "{threads}", DEBUG: 1}
            install: {apt: [python3-numpy], pip: [torch==2.9.0, "jax[cpu]"]}
            startTimeout: 5m
            prepareTimeout: 90s
            tolerance: 6
            """)
        let source = file.source
        #expect(source.name?.text == "mine" && source.description == "A kernel of mine" && source.tolerance == 6)
        #expect(source.command.words.dropFirst() == [folder.path + "/engine.py", "--threads", "{threads}"])
        #expect(source.command.words[0].hasSuffix("/sh"))
        #expect(source.command.environment == ["OMP_NUM_THREADS": "{threads}", "DEBUG": "1"])
        #expect(source.command.startSeconds == 300 && source.command.prepareSeconds == 90)
        #expect(file.install == EngineFile.Packages(apt: ["python3-numpy"], pip: ["torch==2.9.0", "jax[cpu]"]))
    }

    @Test func aLibraryIsServedByThisProgram() throws {
        let source = try file("name: mine\nlibrary: build/libmine.so").source
        #expect(
            source.command.words == ["/bin/attnbench", "serve", "--engine", folder.path + "/build/libmine.so"])
        #expect(source.command.startSeconds == 60 && source.command.prepareSeconds == 300 && source.tolerance == 4)
    }

    @Test(arguments: [
        ("command: [sh]", "`name` is missing"),
        ("name: a/b\ncommand: [sh]", "is not a valid name of an engine"),
        ("name: mine", "give either `command`, a list of words, or `library`, a path"),
        ("name: mine\ncommand: [sh]\nlibrary: l.so", "give either `command`"),
        ("name: mine\ncommand: [no-such-program]", "there is no program \"no-such-program\" in PATH"),
        ("name: mine\ncomand: [sh]", "did you mean \"command\"?"),
        ("name: mine\ncommand: [sh]\ntolerance: loose", "\"loose\" is not a tolerance"),
        ("name: mine\ncommand: [sh]\nstartTimeout: soon", "\"soon\" is not a time"),
        ("name: mine\ncommand: [sh]\ninstall: {pip: [\"--index-url=x\"]}", "is not the name of a package"),
        ("name: mine\ncommand: [sh]\ninstall: {apt: [\"a; rm b\"]}", "is not the name of a package"),
        ("name: mine\ncommand: [sh]\ninstall: {npm: [left-pad]}", "\"npm\" is not a key"),
    ]) func mistakesAreSaid(text: String, message: String) throws {
        let error = #expect(throws: (any Error).self) { try file(text) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(String(describing: error))")
    }

    @Test func namesAreLookedForInTheUsersFolderFirst() throws {
        let lookup = lookup(own: folder.path + "/share/attnbench/Benchmarks/engines")
        _ = try folder.write(
            "share/attnbench/Benchmarks/engines/e.yaml", "name: e\ndescription: installed\ncommand: [sh]")
        #expect(try lookup.engine("e").description == "installed")
        _ = try folder.write("config/attnbench/engines/e.yaml", "name: e\ndescription: mine\ncommand: [sh]")
        #expect(try lookup.engine("e").description == "mine")
        #expect(lookup.list().map(\.name) == ["e"])
    }

    /// A stranger's checkout is somewhere above the working directory.
    @Test func aStrangersCheckoutRunsNothing() throws {
        _ = try folder.write("checkout/Benchmarks/engines/e.yaml", "name: e\ncommand: [sh]")
        let error = #expect(throws: EngineLookupError.self) { try lookup().engine("e") }
        #expect(error?.description.contains("--trust-engines") == true)
        #expect(lookup().list().isEmpty)
        #expect(try lookup(isTrusting: true).engine("e").name?.text == "e")
        #expect(try lookup(own: folder.path + "/checkout/Benchmarks/engines").engine("e").name?.text == "e")
    }

    @Test(arguments: ["", ".", "..", "a b", "a;b", "../e", "/bin/sh", String(repeating: "x", count: 65), "é"])
    func whatIsNoNameNamesNothing(text: String) {
        #expect(throws: EngineNameError.self) { try EngineName(text) }
    }

    @Test func filesSayWhatTheyAre() throws {
        let library = try folder.write("libmine.so.1", "")
        let program = try folder.write("engine", "")
        #expect(try lookup().engine(library).command.words.suffix(3) == ["serve", "--engine", library])
        #expect(try lookup().engine(program).command.words == [program])
        let renamed = try lookup().engine("old=" + program)
        #expect(renamed.name?.text == "old" && renamed.command.words == [program])
        #expect(throws: EngineLookupError.missing(path: "/nowhere/libmine.so")) {
            try lookup().engine("/nowhere/libmine.so")
        }
        let unknown = #expect(throws: EngineLookupError.self) { try lookup().engine("torhc") }
        #expect(unknown?.description.contains("give a path such as ./libmine.so") == true)
        let nowhere = EngineLookupError.unknown(name: try EngineName("torch"), known: [], folders: [])
        #expect(
            nowhere.description == "\"torch\" is not the name of an engine; give a path such as ./libmine.so")
    }
}
