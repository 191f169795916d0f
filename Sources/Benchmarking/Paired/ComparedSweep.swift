import Faults
import Kernels
import Records

extension Sweep {
    /// The sweep as two engines are compared on it.
    ///
    /// A sweep that was written for `run` serves a gate too: kernels of attnbench itself, which stand in a run beside the
    /// engine's, are left out, and a kernel may bear the name of the baseline's engine.
    ///
    /// - Parameters:
    ///   - kernels: of the two engines, as they are measured.
    ///   - names: how a kernel of the baseline's engine is measured, by its name there.
    /// - Returns: the sweep, and the kernels that it names and that are left out.
    public func compared(
        over kernels: [Kernel], names: [String: String]
    ) throws(NoComparedKernel) -> (sweep: Sweep, leftOut: [String]) {
        let measured = Set(kernels.map(\.name))
        var leftOut: [String] = []
        let groups = groups.compactMap { axes -> Axes? in
            var axes = axes
            let own = axes.kernels.map { names[$0] ?? $0 }
            leftOut += own.filter { !measured.contains($0) && !leftOut.contains($0) }
            var seen = Set<String>()
            axes.kernels = own.filter { measured.contains($0) && seen.insert($0).inserted }
            return axes.kernels.isEmpty ? nil : axes
        }
        guard !groups.isEmpty else { throw NoComparedKernel(sweep: name, known: kernels.map(\.name)) }
        return (
            Sweep(name: name, description: description, timeBudgetSeconds: timeBudgetSeconds, groups: groups), leftOut
        )
    }
}

/// A sweep names none of the kernels that are compared.
public struct NoComparedKernel: Fault, Equatable {
    let sweep: String
    let known: [String]

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "the sweep \(sweep) names no kernel of the two engines, and only these are compared; write, for example, kernels: "
            + "[\(known.joined(separator: ", "))]"
    }
}
