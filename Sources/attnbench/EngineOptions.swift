import ArgumentParser
import Benchmarking
import Engines
import Foundation
import Hardware

/// Engines beside this program's own kernels.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Kernels of this engine too, as ENGINE/kernel: a name, a .yaml, a library or a program; again for more.",
            valueName: "engine"), completion: .file())
    var engine: [String] = []

    @Flag(help: "Engines that a checkout describes in Benchmarks/engines may be run by their names.")
    var trustEngines = false

    func sources(_ console: Console) throws -> [EngineSource] {
        let lookup = Self.lookup(console, isTrusting: trustEngines)
        return try engine.map(lookup.engine)
    }

    static func lookup(_ console: Console, isTrusting: Bool = false) -> EngineLookup {
        let program = GateOptions.thisProgram
        let own = ShuffledLayouts.checkout(above: program).map { $0 + "/" + EngineLookup.folder }
        return EngineLookup(
            program: program, environment: console.environment,
            checkouts: SweepDirectories.existing(
                EngineLookup.folder, upwardsFrom: [FileManager.default.currentDirectoryPath]),
            own: own, isTrusting: isTrusting)
    }
}
