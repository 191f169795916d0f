import Analysis
import Foundation
import Quantities
import Statistics

/// A self-test as text: its false alarms, its power, and what can be seen on this machine.
public enum SelfTestTables {
    public static func falseAlarms(_ test: SelfTest) -> Table {
        func row(_ name: String, _ count: Int, of trials: Int) -> [String] {
            guard trials > 0 else { return [name, "0", "0", "–"] }
            let share = BinomialProportion(successes: count, trials: trials).estimate()
            return [name, "\(count)", "\(trials)", range(share)]
        }
        return Table(
            columns: [.init("nothing planted", .left), .init("seen"), .init("of"), .init("share, 95 %", .left)],
            rows: [
                row("runs with a false REGRESSED", test.falselyRegressedRuns, of: test.quietRuns),
                row("runs with a false IMPROVED", test.falselyImprovedRuns, of: test.quietRuns),
                row("runs INCONCLUSIVE", test.inconclusiveRuns, of: test.quietRuns),
                row("cells falsely REGRESSED, all runs", test.falselyRegressedCells, of: test.unplantedCells),
            ])
    }

    public static func power(_ test: SelfTest) -> Table {
        Table(
            columns: [
                .init("planted"), .init("measured"), .init("cells"), .init("REGRESSED"), .init("INCONCLUSIVE"),
                .init("PASS"), .init("found, 95 %", .left),
            ],
            rows: test.power.map { power in
                [
                    "+" + ComparisonTables.percent(power.planted), String(format: "%+.1f %%", power.measured * 100),
                    "\(power.cells)", "\(power.regressed.successes)", "\(power.inconclusive)", "\(power.passed)",
                    range(power.found),
                ]
            })
    }

    /// What a terminal shows, to the last line feed.
    public static func text(_ test: SelfTest, columns: Int) -> String {
        var text = TerminalTable.text(falseAlarms(test), width: columns)
        if !test.power.isEmpty { text += "\n" + TerminalTable.text(power(test), width: columns) }
        return text + "\n"
            + TerminalTable.wrap(summary(test), width: columns, indent: 2).joined(separator: "\n") + "\n"
    }

    static func summary(_ test: SelfTest) -> String {
        let delta = ComparisonTables.percent(test.delta)
        var text = "On this machine, beyond a tolerance of \(delta)"
        if let visible = test.smallestVisibleSlowdown {
            text +=
                ", a slowdown of \(ComparisonTables.percent(visible)) would be found in four of five runs, given the scatter"
        }
        let found = test.power.first { $0.found.value >= 0.8 }
        text +=
            found.map {
                "; the smallest planted slowdown that was found so often is \(ComparisonTables.percent($0.planted))"
            }
            ?? (test.power.isEmpty ? "" : "; no planted slowdown was found so often")
        let below = test.power.filter { $0.planted <= test.delta }.map { ComparisonTables.percent($0.planted) }
        if !below.isEmpty { text += ". Those of \(below.joined(separator: " and ")) lie within the tolerance" }
        return text + ". A gate run took at most \(Int(saturating: test.longestRunSeconds.rounded(.up))) s."
    }

    /// "98.0 % [89.4, 99.9]".
    private static func range(_ share: Estimate) -> String {
        String(format: "%.1f %% [%.1f, %.1f]", share.value * 100, share.low * 100, share.high * 100)
    }
}

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
            + "\(Quantity.percent(largest, place: -1)). A change of that size can occur without a change of a kernel."
        return TerminalTable.text(table(comparisons), width: columns) + "\n"
            + TerminalTable.wrap(sentence, width: columns, indent: 2).joined(separator: "\n") + "\n"
    }
}
