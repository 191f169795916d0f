import ArgumentParser
import Benchmarking
import Engines

/// Commands about engines.
struct EngineCommandGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Start a kernel of your own, in any language.",
        discussion: """
            An engine is a program or a shared library that has kernels. docs/engines.md describes the messages \
            between attnbench and an engine.

            Examples:
              attnbench engine new --c mine
              attnbench engine new --python mine
            """,
        subcommands: [NewEngineCommand.self, EnginePackagesCommand.self])
}

struct NewEngineCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a first engine, which passes `check` and which you can change.",
        discussion: """
            Examples:
              attnbench engine new --c mine
              attnbench engine new --python mine
              attnbench engine new --rust mine
            """)

    @Flag(help: "The language of the engine.")
    var language: EngineSkeleton

    @Argument(help: ArgumentHelp("A new or an empty folder.", valueName: "folder"))
    var folder: String

    func run(on console: Console) throws -> Verdict {
        try language.write(to: folder)
        let engine = "\(folder)/\(language.engine)"
        let path = engine.hasPrefix("/") || engine.hasPrefix(".") ? engine : "./" + engine
        var steps: [String] = []
        if let build = language.buildCommand { steps.append("(cd \(folder) && \(build))") }
        steps.append("attnbench check --engine \(path)")
        steps.append(
            "attnbench run smoke --engine \(path) --set kernels=full,\(language.kernel) --set lengths=256..4K*2")
        console.output(
            "Your kernel is in \(folder)/\(language.source). Next:\n" + steps.map { "  \($0)\n" }.joined())
        return .done
    }
}

/// For scripts/setup.
struct EnginePackagesCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "packages",
        abstract: "Print the packages that an engine file names.",
        discussion: """
            Each line has the word apt or pip and one package. scripts/setup --engine NAME installs them.

            Examples:
              attnbench engine packages torch
            """)

    @Argument(help: ArgumentHelp("The name of an engine file.", valueName: "name"))
    var name: String

    func run(on console: Console) throws -> Verdict {
        let lookup = EngineOptions.lookup(console)
        let packages = try lookup.file(named: EngineName(name)).install
        console.output((packages.apt.map { "apt \($0)\n" } + packages.pip.map { "pip \($0)\n" }).joined())
        return .done
    }
}

extension EngineSkeleton: EnumerableFlag {
    static func help(for value: EngineSkeleton) -> ArgumentHelp? {
        switch value {
        case .python: "Python, with NumPy."
        case .c: "C, a shared library."
        case .rust: "Rust, a shared library."
        }
    }
}
