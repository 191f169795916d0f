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

    func run(_ paint: Paint, environment: [String: String]) throws -> CheckFindings {
        var found = CheckFindings()
        let environment = BLASCore.environmentBeforeRestart(environment)
        var left = names
        for source in sources {
            let engine = try ProgramEngine(source, environment: environment) { _ in [] }
            for kernel in engine.kernels where names.isEmpty || left.remove(kernel.name) != nil {
                let conformance = Conformance(of: kernel, on: engine)
                found.take(conformance, of: kernel.name, paint)
                if !conformance.differentNonFinite.isEmpty {
                    let patterns = InputPattern.allCases.filter(conformance.differentNonFinite.contains)
                    found.remarks.append(
                        "of \(conformance.nonFiniteCases) cases whose inputs or scores are not all finite, \(kernel.name) computes "
                            + "\(conformance.differentNonFinite.count) differently from the reference "
                            + "(\(patterns.map(\.rawValue).joined(separator: ", "))); this is not an error")
                }
            }
            for kernel in engine.unknownKernels {
                let name = "\(engine.identity.name)/\(kernel.name)"
                guard names.isEmpty || left.remove(name) != nil else { continue }
                found.remarks.append(
                    "\(name) is not checked: this attnbench does not know its phase (\(kernel.phase)), its mask "
                        + "(\(kernel.mask)) or its element types (\(kernel.elementTypes.joined(separator: ", ")))")
            }
            found.remarks += engine.remarks
        }
        if let name = left.sorted().first { throw UnknownEngine(kernel: name) }
        if !isEmpty && found.rows.isEmpty { throw NothingChecked(reasons: found.remarks) }
        return found
    }
}

/// What a check has found so far, kernel by kernel.
struct CheckFindings {
    /// Of a table.
    private(set) var rows: [[Columns.Cell]] = []
    private var failures: [String] = []
    private var breakdowns: [String] = []
    /// What is no fault, and worth to be known.
    var remarks: [String] = []

    mutating func take(_ conformance: Conformance, of kernel: String, _ paint: Paint) {
        rows.append(CheckCommand.row(kernel, conformance, paint))
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
