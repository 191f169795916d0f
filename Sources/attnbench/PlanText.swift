import Analysis
import Attention
import Benchmarking
import Quantities
import Records
import Reporting

/// The plan of a run, for a person to read before it starts.
enum PlanText {
    /// - Parameter launches: the plan is of each of them.
    static func text(_ plan: RunPlan, launches: Int = 1, columns: Int) -> String {
        var notes = Footnotes()
        let rows = plan.cells.map { cell -> [String] in
            let decision: [String] =
                switch cell.decision {
                case .run(let rounds): ["\(rounds)", ""]
                case .skip(let refusal): ["skipped", notes.mark(refusal.brief)]
                }
            return [
                cell.workload.kernel, sizes(of: cell.workload.problem.mask),
                cell.workload.variant, Quantity.tokens(cell.workload.problem.shape.keyLength),
                cell.callSeconds.map { TimeBudget.text(seconds: $0) } ?? "–",
                cell.bytes.map { Quantity.bytes($0) } ?? "–",
            ] + decision
        }
        let table = Table(
            columns: [
                .init("kernel", .left), .init("mask", .left), .init("with", .left), .init("n"), .init("one call"),
                .init("memory"),
                .init("rounds"), .init("notes", .left),
            ], rows: rows, footnotes: notes
        ).droppingEmptyColumns()
        func time(_ seconds: Double) -> String {
            let whole = seconds.isFinite ? TimeBudget.text(seconds: seconds * Double(launches)) : "none"
            return launches > 1 && seconds.isFinite ? "\(whole), \(TimeBudget.text(seconds: seconds)) a launch" : whole
        }
        let running = plan.cells.filter { if case .run = $0.decision { true } else { false } }
        let largest = running.compactMap(\.bytes).max()
        let inEach = launches > 1 ? " in each of \(launches) launches" : ""
        let sentence =
            "\(running.count) of \(plan.cells.count) cells\(inEach), about \(time(plan.seconds)) "
            + "(time budget \(time(plan.timeBudgetSeconds)))"
        let memory =
            largest.map {
                "; the largest takes \(Quantity.bytes($0)) of memory, of \(Quantity.bytes(plan.memoryLimitBytes)) that the "
                    + "run may use"
            } ?? ""
        let compiling =
            plan.compileSeconds >= 1
            ? " Engines take about \(time(plan.compileSeconds)) more to compile their kernels, for which the time budget does "
                + "not pay."
            : ""
        return TerminalTable.text(table, width: columns) + "\n"
            + TerminalTable.wrap(sentence + memory + "." + compiling, width: columns, indent: 2).joined(separator: "\n")
            + "\n"
    }

    /// "w=1024", "s=4 w=1024", "c=8192"; empty for masks without sizes.
    private static func sizes(of mask: Mask) -> String {
        mask.sizes.map { "\($0.letter)=\($0.numeral())" }.joined(separator: " ")
    }
}
