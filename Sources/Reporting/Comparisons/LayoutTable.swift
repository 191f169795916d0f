import Analysis
import Foundation
import Quantities

/// What the order of functions in a binary is worth: one program linked in several orders, each against the first.
public enum LayoutTable {
    static func table(_ comparisons: [Comparison]) -> Table {
        let workloads = comparisons.first?.cells.map(\.workload) ?? []
        return Table(
            columns: [.init("cell", .left)]
                + comparisons.indices.map { .init("layout \($0 + 2)") } + [.init("largest move")],
            rows: workloads.map { workload in
                let ratios = comparisons.map { one in one.cells.first { $0.workload == workload }?.ratio }
                let texts = ratios.map { ratio in
                    ratio.map { String(format: "%.3f ± %.3f", $0.value, ($0.high - $0.low) / 2) } ?? "–"
                }
                let largest = ratios.compactMap { $0.map { abs($0.value - 1) } }.max() ?? 0
                return ["\(workload)"] + texts + [Quantity.percent(largest, place: -1)]
            })
    }

    public static func text(_ comparisons: [Comparison], columns: Int) -> String {
        let moved = comparisons.flatMap(\.cells).filter { !$0.ratio.contains(1) }.count
        let largest = comparisons.flatMap(\.cells).map { abs($0.ratio.value - 1) }.max() ?? 0
        let all = comparisons.reduce(0) { $0 + $1.cells.count }
        let sentence =
            "Only the order of functions differs: \(moved) of \(all) ratios exclude 1, the largest move is "
            + "\(Quantity.percent(largest, place: -1)). A change of that size needs no change of a kernel."
        return TerminalTable.text(table(comparisons), width: columns) + "\n"
            + TerminalTable.wrap(sentence, width: columns, indent: 2).joined(separator: "\n") + "\n"
    }
}
