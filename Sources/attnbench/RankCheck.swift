import Ranks
import Reporting

/// What the hard cases say about kernels of ranks, in a table.
enum RankCheck {
    /// All ranks go through it together.
    static func verdict(
        of kernels: [RankKernel], on communicator: Communicator, _ console: Console, _ options: OutputOptions
    ) throws -> Verdict {
        let rows = kernels.map { kernel in
            CheckTable.Subject(
                name: kernel.name, elementTypes: RankConformance.elementTypes,
                caseCount: RankConformance.caseCount(of: kernel))
        }
        let table = CheckTable(
            of: rows, heading: "kernel on \(communicator.rankCount) ranks", on: console, options)
        var wrong: [String] = []
        for kernel in kernels {
            let found = try RankConformance(of: kernel, on: communicator)
            table.print(
                kernel.name,
                CheckTable.Findings(
                    elementTypes: found.elementTypes, cases: found.cases, skipped: found.skipped,
                    largestError: found.largestError, largestShare: found.largestShare,
                    verdict: found.isConforming ? table.paint("ok", .green) : table.paint("WRONG", .red)))
            wrong += found.failures.prefix(1).map { "\(kernel.name): \($0)" }
        }
        return wrong.first.map { .wrongResult($0) } ?? .done
    }
}
