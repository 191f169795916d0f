import Analysis
import Escaping
import Foundation
import Statistics

/// A comparison as the Markdown that GitHub shows below a job: the verdict, what could have been seen, what failed, what
/// is not PASS with the worst first, and the rest folded away.
public enum StepSummary {
    /// GitHub refuses the summary of a step from 1 MiB on.
    public static let mostBytes = 1_000_000

    /// - Parameter mostBytes: what there is room for. Where it is too little, tables lose their last rows and say so; where
    ///   not even the text without them fits, the verdict alone is left, and at last nothing.
    public static func text(_ comparison: Comparison, mostBytes: Int = Self.mostBytes) -> String {
        // No row of a table of five columns has fewer than 32 bytes: more need not be tried.
        var rows = min(
            comparison.cells.count + comparison.uncompared.count + comparison.shape.count, max(0, mostBytes) / 32)
        while true {
            let text = text(comparison, mostRows: rows).text
            if text.utf8.count <= mostBytes { return text }
            if rows == 0 { break }
            rows /= 2
        }
        let verdict = heading(comparison).text
        return verdict.utf8.count <= mostBytes ? verdict : ""
    }

    private static func text(_ comparison: Comparison, mostRows: Int) -> Escaped<Markdown> {
        var sections = [heading(comparison), detectable(comparison) + "\n"]
        let failures = failures(comparison)
        if !failures.isEmpty { sections.append("### Failed checks\n\n" + list(failures, mostRows)) }
        let open = notPassed(comparison)
        if !open.isEmpty {
            sections.append("### Not PASS\n\n" + cells(open, mostRows))
        }
        if comparison.verdict == .inconclusive || open.contains(where: { $0.verdict == .inconclusive }) {
            sections.append("### What to do about INCONCLUSIVE\n\n" + remedies(comparison))
        }
        sections.append(folded("All cells: \(comparison.cells.count)", cells(comparison.cells, mostRows)))
        let absent = comparison.uncompared.map { "\($0.workload): \($0.reason)" }
        if !absent.isEmpty { sections.append(folded("Not compared: \(absent.count)", list(absent, mostRows))) }
        sections.append(folded("Environment", list(environment(comparison), .max)))
        sections.append("### How to reproduce\n\n" + Markdown.code(comparison.command, language: "sh"))
        return sections.joined(separator: "\n")
    }

    private static func heading(_ comparison: Comparison) -> Escaped<Markdown> {
        let name: Escaped<Markdown> = comparison.method == .paired ? "attnbench gate" : "attnbench compare"
        return "## \(name): \(comparison.verdict.rawValue)\n\n\(ComparisonTables.verdict(comparison))\n"
    }

    /// What a PASS is worth.
    private static func detectable(_ comparison: Comparison) -> Escaped<Markdown> {
        let visible = comparison.cells.compactMap(\.smallestVisibleSlowdown).sorted()
        guard let least = visible.first, let most = visible.last else {
            return "**Smallest detectable slowdown**: unknown, since no cell was measured in several launches."
        }
        let (surest, leastSure) = (ComparisonTables.percent(least), ComparisonTables.percent(most))
        let median = ComparisonTables.percent(visible.median)
        let blind = comparison.cells.count - visible.count
        let found =
            surest == leastSure
            ? surest
            : "\(surest) in the most certain cell, \(median) in the median cell, \(leastSure) in the least certain cell"
        let rest = blind > 0 ? "; unknown in \(blind)." : "."
        return "**Smallest detectable slowdown**, found in four of five such runs: \(found + rest)"
    }

    private static func notPassed(_ comparison: Comparison) -> [CellComparison] {
        [CellVerdict.regressed, .inconclusive, .improved].flatMap { verdict in
            comparison.cells.filter { $0.verdict == verdict }.sorted { $0.ratio.value > $1.ratio.value }
        }
    }

    private static func failures(_ comparison: Comparison) -> [String] {
        (comparison.wrong + comparison.engineFailures).map { "\($0.workload): \($0.reason)" }
            + comparison.guards.filter { !$0.passed }.map {
                "\($0.name.rawValue), \(ComparisonTables.ratio($0.estimate)): \($0.message)"
            } + comparison.shape.filter { !$0.passed }.map { "\($0.kind.rawValue) of \($0.subject): \($0.message)" }
    }

    private static func environment(_ comparison: Comparison) -> [String] {
        let machine = comparison.machine
        func build(_ name: String, _ side: Comparison.Side) -> String {
            if let build = side.build {
                let changes = build.dirty ? " with uncommitted changes" : ""
                return "\(name): \(side.path), commit \(build.commit)\(changes), \(build.compiler), \(build.simd)"
            }
            return "\(name): \(side.path)" + (side.engine.map { ", engine \($0.name) \($0.version)" } ?? "")
        }
        let pinned = machine.pinnedCPUs.map { "\($0)" }.joined(separator: ", ")
        return [
            "Machine: \(machine.cpuModel), \(machine.physicalCores) cores, \(machine.logicalCPUs) logical, "
                + "hypervisor \(machine.hypervisor ?? "unknown"), kernel \(machine.kernelRelease)",
            "Pinned to CPU: \(pinned.isEmpty ? "not pinned" : pinned)",
            build("Baseline", comparison.baseline), build("Candidate", comparison.candidate),
            "Sweep \(comparison.sweep), seed \(comparison.seed), tolerance ±\(ComparisonTables.percent(comparison.delta))",
        ] + machine.checks.filter { $0.state != .ok }.map { "\($0.name), \($0.state.rawValue): \($0.detail)" }
            + comparison.cautions.map(\.description)
    }

    private static func remedies(_ comparison: Comparison) -> Escaped<Markdown> {
        let again: Escaped<Markdown> =
            comparison.method == .paired
            ? "Run the job again: each run measures new launches."
            : "Compare the two builds with `attnbench gate`, which measures them in turn on one core."
        let missing: [Escaped<Markdown>] =
            comparison.missing.isEmpty
            ? []
            : [
                "Measure in the candidate what only the baseline has (under \u{201C}Not compared\u{201D}), or leave it out "
                    + "of the baseline."
            ]
        return list(
            missing + [
                again,
                "Stop other programs on the machine, or use a runner of its own: the environment below lists what "
                    + "was found.",
                "Give a longer `--time-budget`, or take cells out of the sweep.",
                "Give a larger `--delta`: `attnbench selftest` says how small a slowdown this machine can see.",
            ], .max)
    }

    private static func cells(_ cells: [CellComparison], _ mostRows: Int) -> Escaped<Markdown> {
        let kept = cells.prefix(mostRows)
        let table: Escaped<Markdown> = kept.isEmpty ? "" : MarkdownTable.markdown(ComparisonTables.cells(Array(kept)))
        return table + left(out: cells.count - kept.count)
    }

    private static func list(_ items: [String], _ mostRows: Int) -> Escaped<Markdown> {
        list(items.map(Markdown.block), mostRows)
    }

    private static func list(_ items: [Escaped<Markdown>], _ mostRows: Int) -> Escaped<Markdown> {
        items.prefix(mostRows).map { "- \($0)\n" }.joined()
            + left(out: items.count - min(items.count, mostRows))
    }

    private static func left(out count: Int) -> Escaped<Markdown> {
        count == 0
            ? "" : "\n\(count) more are left out, since a summary has room for 1 MiB; `--format json` writes all.\n"
    }

    private static func folded(_ title: String, _ text: Escaped<Markdown>) -> Escaped<Markdown> {
        "<details><summary>\(title)</summary>\n\n\(text)\n</details>\n"
    }
}
