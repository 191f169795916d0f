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
    ) throws -> (rows: [[String]], failures: [String], remarks: [String]) {
        var (rows, failures, remarks): ([[String]], [String], [String]) = ([], [], [])
        let environment = BLASCore.environmentBeforeRestart(environment)
        var left = names
        for source in sources {
            let seat = EngineSeat(threads: 1, cpus: [])
            let process = try source.start(on: seat, environment: environment)
            let name = try source.name(greeting: process.greeting)
            process.end()
            for kernel in process.greeting.kernels {
                let fullName = "\(name)/\(kernel.name)"
                guard names.isEmpty || left.remove(fullName) != nil else { continue }
                guard let known = kernel.kernel(of: name) else {
                    remarks.append(
                        "\(fullName) is not checked: this attnbench does not know its phase (\(kernel.phase)), its mask "
                            + "(\(kernel.mask)) or its element types (\(kernel.elementTypes.joined(separator: ", ")))")
                    continue
                }
                let conformance = try EngineConformance(of: known, named: kernel.name, tolerance: source.tolerance) {
                    () throws(EngineFailure) in try source.start(on: seat, environment: environment)
                }
                rows.append(
                    CheckCommand.row(
                        fullName, conformance.elementTypes, taken: conformance.cases, skipped: conformance.skipped,
                        error: conformance.largestError, share: conformance.largestShare,
                        verdict: conformance.isConforming ? paint("ok", .green) : paint("WRONG", .red)))
                failures += conformance.failures.prefix(3).map { "\(fullName): \($0)" }
                remarks += Self.remarks(fullName, conformance, source)
            }
        }
        if let name = left.sorted().first { throw UnknownEngine(kernel: name) }
        return (rows, failures, remarks)
    }

    private static func remarks(
        _ name: String, _ conformance: EngineConformance, _ source: EngineSource
    ) -> [String] {
        var remarks: [String] = []
        if conformance.differentNonFinite > 0 {
            remarks.append(
                "of \(conformance.nonFiniteCases) cases whose inputs are not all finite, \(name) computes "
                    + "\(conformance.differentNonFinite) otherwise than the reference; that counts as no fault")
        }
        if source.tolerance > OutputCheck.defaultTolerance {
            remarks.append(
                "\(name) is allowed \(source.tolerance) times the error of the plain loops; others are allowed "
                    + "\(OutputCheck.defaultTolerance)")
        }
        return remarks
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
