import Attention
import Engines
import Faults
import Foundation
import Kernels

/// Kernels of engines that are to be checked.
struct EngineCheck {
    private let sources: [EngineSource]
    /// Full names; empty for all kernels.
    private let names: Set<String>

    static let none = EngineCheck([])

    private init(_ sources: [EngineSource]) {
        self.sources = sources
        names = []
    }

    /// - Parameter names: as the user gave them; those with a slash are kernels of engines.
    init(_ sources: [EngineSource], names: [String]) throws(UnknownEngine) {
        self.sources = sources
        self.names = Set(names.filter { $0.contains("/") })
        if sources.isEmpty, let name = self.names.sorted().first {
            throw UnknownEngine(kernel: name)
        }
    }

    var isEmpty: Bool { sources.isEmpty }

    /// Starts every engine, so that one which does not start is known before the first case.
    func started(environment: [String: String]) throws -> StartedEngineCheck {
        let environment = BLASCore.environmentBeforeRestart(environment)
        let engines = try sources.map { source in try ProgramEngine(source, environment: environment) { _ in [] } }
        let known = engines.flatMap { engine in
            engine.kernels.map(\.name) + engine.unknownKernels.map { "\(engine.identity.name)/\($0.name)" }
        }
        if let name = names.sorted().first(where: { !known.contains($0) }) { throw UnknownEngine(kernel: name) }
        let started = StartedEngineCheck(engines, names: names)
        guard isEmpty || !started.kernels.isEmpty else { throw NothingChecked(reasons: started.remarks) }
        return started
    }
}

/// Engines whose processes run, and which of their kernels are to be checked.
struct StartedEngineCheck {
    private let engines: [ProgramEngine]
    private let names: Set<String>

    fileprivate init(_ engines: [ProgramEngine], names: Set<String>) {
        self.engines = engines
        self.names = names
    }

    var kernels: [Kernel] { engines.flatMap(kernels) }

    /// Kernels of engines that this program cannot check, and what engines say of themselves.
    var remarks: [String] { engines.flatMap { unknown(of: $0) + $0.remarks } }

    private func isAsked(for name: String) -> Bool { names.isEmpty || names.contains(name) }

    private func kernels(of engine: ProgramEngine) -> [Kernel] { engine.kernels.filter { isAsked(for: $0.name) } }

    private func unknown(of engine: ProgramEngine) -> [String] {
        engine.unknownKernels.map { ("\(engine.identity.name)/\($0.name)", $0) }.filter { isAsked(for: $0.0) }.map {
            name, kernel in
            "\(name) is not checked: this attnbench does not know its phase (\(kernel.phase)), its mask "
                + "(\(kernel.mask)) or its element types (\(kernel.elementTypes.joined(separator: ", ")))"
        }
    }

    func run(_ table: CheckTable) -> CheckFindings {
        var found = CheckFindings()
        for engine in engines {
            for kernel in kernels(of: engine) {
                let conformance = Conformance(of: kernel, on: engine, following: table.follow(kernel.name))
                found.take(conformance, of: kernel.name, table)
                if !conformance.differentNonFinite.isEmpty {
                    let patterns = InputPattern.allCases.filter(conformance.differentNonFinite.contains)
                    found.remarks.append(
                        "of \(conformance.nonFiniteCases) cases whose inputs or scores are not all finite, \(kernel.name) computes "
                            + "\(conformance.differentNonFinite.count) differently from the reference "
                            + "(\(patterns.map(\.rawValue).joined(separator: ", "))); this is not an error")
                }
            }
        }
        found.remarks += remarks
        return found
    }
}

/// What a check has found so far, kernel by kernel.
struct CheckFindings {
    private var failures: [String] = []
    private var breakdowns: [String] = []
    /// What is no fault, and worth to be known.
    var remarks: [String] = []

    mutating func take(_ conformance: Conformance, of kernel: String, _ table: CheckTable) {
        table.print(kernel, CheckTable.Findings(conformance, table.paint))
        failures += conformance.failures.map { "\(kernel): \($0)" }
        breakdowns += conformance.breakdowns.map { "\(kernel): \($0)" }
    }

    /// A wrong result comes first, since it makes all else worthless.
    var verdict: Verdict {
        func list(_ lines: [String]) -> String { lines.map { "\n  \($0)" }.joined() }
        if !failures.isEmpty { return .wrongResult("a kernel is wrong" + list(failures + breakdowns)) }
        return breakdowns.isEmpty ? .done : .engineFailed("an engine failed" + list(breakdowns))
    }
}

/// Engines of which no kernel could be checked. To end as if all were right would let a misspelt mask pass every check.
struct NothingChecked: Fault {
    let reasons: [String]

    var exitStatus: ExitStatus { .usage }

    var description: String {
        let reasons = reasons.isEmpty ? ["the given engines name no kernels in their greetings"] : reasons
        return "no kernel was checked: \(reasons.joined(separator: "; "))"
    }
}

/// A kernel's name whose engine, or which itself, is not there.
struct UnknownEngine: Fault {
    let kernel: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "there is no kernel \"\(kernel)\" in the given engines; add, for example, --engine "
            + "\(kernel.split(separator: "/")[0]), or list the kernels with `attnbench list engines`"
    }
}
