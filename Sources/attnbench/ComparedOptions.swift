import Analysis
import Attention
import ArgumentParser
import Benchmarking
import Engines
import Faults
import Foundation
import Kernels
import Records

/// Which two builds or engines a gate compares.
struct ComparedOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The build of attnbench to compare with.", valueName: "program"), completion: .file())
    var baseline: String?

    @Option(
        help: ArgumentHelp("The build of attnbench that is judged. (default: this one)", valueName: "program"),
        completion: .file()
    )
    var candidate: String?

    @Option(
        help: ArgumentHelp(
            "The engine to compare with: a name, a .yaml, a library or a program.", valueName: "engine"),
        completion: .file())
    var baselineEngine: String?

    @Option(
        help: ArgumentHelp(
            "The engine that is judged. Its kernels are compared with those of equal name.", valueName: "engine"),
        completion: .file())
    var engine: String?

    @Flag(
        help: "Allow to run engines by name that are described in Benchmarks/engines of a checkout around this folder.")
    var trustEngines = false

    func validate() throws {
        switch (baseline, baselineEngine) {
        case (nil, nil):
            throw ValidationError(
                "there is nothing to compare with; give a build of attnbench as --baseline, or an engine as --baseline-engine"
            )
        case (_?, _?): throw ValidationError("--baseline and --baseline-engine exclude each other: give one of them")
        default: break
        }
        if baselineEngine != nil, engine == nil {
            throw ValidationError("--baseline-engine needs --engine, the engine that is judged")
        }
        if baseline != nil, engine != nil {
            throw ValidationError(
                "--engine is compared with --baseline-engine; to compare with --baseline, give --candidate")
        }
        if baselineEngine != nil, candidate != nil {
            throw ValidationError("--candidate is a build of attnbench; give the engine that is judged as --engine")
        }
    }

    var isOfEngines: Bool { baselineEngine != nil }

    func compared(_ console: Console) throws -> Compared {
        if let baselineEngine, let engine {
            let lookup = EngineOptions.lookup(console, isTrusting: trustEngines)
            let baseline: EngineSource
            do { baseline = try lookup.engine(baselineEngine) } catch let error as EngineLookupError {
                throw NoBaselineEngine(cause: error)
            }
            return .engines(baseline: baseline, candidate: try lookup.engine(engine))
        }
        return .builds(baseline: baseline!, candidate: candidate ?? GateOptions.thisProgram)
    }

    /// A side as a comparison names it.
    func side(_ engine: ComparedEngine, _ greeting: EngineGreeting) -> Comparison.Side {
        let isBaseline = engine == .baseline
        if let name = isBaseline ? baselineEngine : self.engine {
            return Comparison.Side(
                path: name,
                engine: EngineIdentity(name: greeting.engine.name, version: greeting.engine.version))
        }
        let path = isBaseline ? baseline! : candidate ?? GateOptions.thisProgram
        guard let build = greeting.attnbench?.build else {
            return Comparison.Side(
                path: path, engine: EngineIdentity(name: greeting.engine.name, version: greeting.engine.version))
        }
        return Comparison.Side(path: path, build: build)
    }

    /// What gives these options again.
    var words: [String] {
        let options = [
            ("--baseline", baseline), ("--candidate", candidate), ("--baseline-engine", baselineEngine),
            ("--engine", engine),
        ]
        return options.flatMap { option, value in value.map { [option, $0] } ?? [] }
            + (trustEngines ? ["--trust-engines"] : [])
    }
}

extension Sweep {
    /// The axes that make the default sweep of a gate one over all kernels of two engines.
    ///
    /// Those of one phase and of one element type: a sweep has one of each, and who wants others writes a sweep.
    static func axes(over kernels: [Kernel]) -> [SweepFile.Override] {
        let phase = Phase.allCases.first { phase in kernels.contains { $0.phase == phase } } ?? .prefill
        let inPhase = kernels.filter { $0.phase == phase }
        let types = ElementType.allCases.filter { type in inPhase.contains { $0.elementTypes.contains(type) } }
        let type = types.first ?? .float32
        let names = inPhase.filter { $0.elementTypes.contains(type) }.map(\.name).joined(separator: ", ")
        return ["kernels=[\(names)]", "phase=\(phase.rawValue)", "elementType=\(type.rawValue)"]
            .compactMap(SweepFile.Override.init)
    }
}

/// There is no such engine to compare with.
struct NoBaselineEngine: Fault {
    let cause: EngineLookupError

    var exitStatus: ExitStatus { .baselineMissing }

    var description: String { "the baseline cannot be found: \(cause)" }
}

/// Every cell of a gate lacks a time of the baseline.
struct NothingCompared: Fault {
    let reason: String

    var exitStatus: ExitStatus { .baselineMissing }

    var description: String { "no cell could be compared, since the baseline has no times: \(reason)" }
}
