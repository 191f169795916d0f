import Quantities
import Ranks
import Reporting

/// What the hard cases say about kernels of ranks, in a table.
struct RankCheck {
    private let found: [(name: String, RankConformance)]
    private let rankCount: Int

    /// All ranks go through it together.
    init(of kernels: [RankKernel], on communicator: Communicator) throws {
        found = try kernels.map { ($0.name, try RankConformance(of: $0, on: communicator)) }
        rankCount = communicator.rankCount
    }

    func verdict(on console: Console, _ paint: Paint) -> Verdict {
        let rows = found.map { name, found in
            [
                Columns.Cell(name), Columns.Cell(CheckCommand.types(found.elementTypes)),
                Columns.Cell("\(found.cases) of \(found.cases + found.skipped)"),
                Columns.Cell(Quantity.scientific(found.largestError)),
                CheckCommand.share(ofBound: found.largestShare),
                found.isConforming ? paint("ok", .green) : paint("WRONG", .red),
            ]
        }
        console.output(
            Columns.painted(
                rows, headings: ["kernel on \(rankCount) ranks", "types", "cases", "error", "of bound", "verdict"]))
        guard let wrong = found.first(where: { !$1.isConforming }) else { return .done }
        return .wrongResult("\(wrong.name): \(wrong.1.failures[0])")
    }
}
