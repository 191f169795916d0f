import Attention
import Engines
import Faults
import Hardware
import Kernels

/// The engines of one command at work: those that the user named, and those that a sweep's kernels ask for.
public struct StartedEngines {
    private var engines: [ProgramEngine]
    private let start: ([EngineSource]) throws -> [ProgramEngine]

    /// - Parameter environment: the user's own.
    public init(_ sources: [EngineSource], environment: [String: String], placement: Placement) throws {
        let topology = try Topology()
        start = { sources in
            let setups = sources.map { ProgramEngine.Setup($0, environment: environment) }
            return try ProgramEngine.starting(setups) { threads throws(UnsupportedProblem) in
                do throws(PlacementError) { return try placement.cpus(forThreads: threads, on: topology) } catch {
                    throw UnsupportedProblem("\(error)")
                }
            }.map { try $0.get() }
        }
        engines = try start(sources)
        let names = engines.map(\.identity.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw EngineNamedTwice(name: twice)
        }
    }

    /// - Parameter kernels: as a sweep names them; an engine of `engine/kernel` that is not there yet is looked for.
    public func engines(for kernels: [String], _ lookup: EngineLookup) throws -> [ProgramEngine] {
        var missing: [EngineName] = []
        for kernel in kernels {
            guard let slash = kernel.firstIndex(of: "/") else { continue }
            let name = try EngineName(String(kernel[..<slash]))
            if missing.contains(name) || engines.contains(where: { $0.identity.name == name.text }) { continue }
            missing.append(name)
        }
        return engines + (try start(missing.map(lookup.named)))
    }
}

/// Kernels of two engines would have the same names.
struct EngineNamedTwice: Fault {
    let name: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "two engines have the name \(name); give one of them another name, such as --engine old=./libmine.so"
    }
}
