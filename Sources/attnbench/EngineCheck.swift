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

    /// - Returns: the rows of a table, what is wrong, and what is worth a remark.
    func run(
        _ paint: Paint, environment: [String: String]
    ) throws -> (rows: [[Columns.Cell]], failures: [String], remarks: [String]) {
        var (rows, failures, remarks): ([[Columns.Cell]], [String], [String]) = ([], [], [])
        let environment = BLASCore.environmentBeforeRestart(environment)
        var left = names
        for source in sources {
            let engine = try ProgramEngine(source, environment: environment) { _ in [] }
            for kernel in engine.kernels where names.isEmpty || left.remove(kernel.name) != nil {
                let conformance = Conformance(of: kernel, on: engine)
                rows.append(CheckCommand.row(kernel.name, conformance, paint))
                failures += conformance.failures.map { "\(kernel.name): \($0)" }
                if conformance.differentNonFinite > 0 {
                    remarks.append(
                        "of \(conformance.nonFiniteCases) cases whose inputs are not all finite, \(kernel.name) computes "
                            + "\(conformance.differentNonFinite) otherwise than the reference; that counts as no fault")
                }
            }
            for kernel in engine.unknownKernels {
                let name = "\(engine.identity.name)/\(kernel.name)"
                guard names.isEmpty || left.remove(name) != nil else { continue }
                remarks.append(
                    "\(name) is not checked: this attnbench does not know its phase (\(kernel.phase)), its mask "
                        + "(\(kernel.mask)) or its element types (\(kernel.elementTypes.joined(separator: ", ")))")
            }
            remarks += engine.remarks
        }
        if let name = left.sorted().first { throw UnknownEngine(kernel: name) }
        return (rows, failures, remarks)
    }
}

/// A kernel's name whose engine, or which itself, is not there.
struct UnknownEngine: Fault {
    let kernel: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "there is no kernel \"\(kernel)\" in the engines that are given; add such as --engine "
            + "\(kernel.split(separator: "/")[0]), or see what it has with `attnbench list engines`"
    }
}
