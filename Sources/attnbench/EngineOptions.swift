import ArgumentParser
import Benchmarking
import Engines
import Foundation
import Hardware
import Kernels

/// Engines beside this program's own kernels.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Also use the kernels of this engine, as ENGINE/kernel: a name, a .yaml, a library or a program. Can be "
                + "repeated.",
            valueName: "engine"), completion: .file())
    var engine: [String] = []

    @Flag(
        help: "Allow to run engines by name that are described in Benchmarks/engines of a checkout around this folder.")
    var trustEngines = false

    func sources(_ console: Console) throws -> [EngineSource] {
        let lookup = Self.lookup(console, isTrusting: trustEngines)
        return try engine.map(lookup.engine)
    }

    /// The engines that are named here, and those that kernels' names ask for, at work.
    func started(for kernels: [String], placement: Placement, on console: Console) throws -> [ProgramEngine] {
        try StartedEngines(
            sources(console), environment: BLASCore.environmentBeforeRestart(console.environment), placement: placement
        ).engines(for: kernels, Self.lookup(console, isTrusting: trustEngines))
    }

    /// What gives these options again.
    var words: [String] { engine.flatMap { ["--engine", $0] } + (trustEngines ? ["--trust-engines"] : []) }

    static func lookup(_ console: Console, isTrusting: Bool = false) -> EngineLookup {
        EngineLookup(
            program: GateOptions.thisProgram, environment: console.environment,
            checkouts: EngineLookup.Checkouts(
                above: SweepDirectories.existing(
                    EngineLookup.folder, upwardsFrom: [FileManager.default.currentDirectoryPath]),
                own: Installation.current.files.map { $0 + "/" + EngineLookup.folder }, areTrusted: isTrusting))
    }
}

extension [ProgramEngine] {
    /// Those of this program first.
    var kernels: [Kernel] { Kernel.builtIn + flatMap(\.kernels) }

    /// A sentence for each engine of which nothing is measured: --engine offers kernels, and the sweep names those that run.
    func idle(measuring kernels: [String]) -> [String] {
        compactMap { engine in
            guard let kernel = engine.kernels.first, Set(kernels).isDisjoint(with: engine.kernels.names) else {
                return nil
            }
            return
                "the sweep names no kernel of the engine \(engine.identity.name), so none is measured; name them, for example "
                + "with --set kernels=full,\(kernel.name)"
        }
    }
}
