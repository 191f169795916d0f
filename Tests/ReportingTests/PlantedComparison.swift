import Analysis
import Attention
import Records
import Statistics

/// A comparison in which everything happened once.
enum PlantedComparison {
    static func workload(_ kernel: String, _ mask: Mask, _ length: Int) -> Workload {
        Workload(
            kernel: kernel, phase: .prefill,
            problem: try! AttentionProblem(
                shape: AttentionShape(queryLength: length, headDimension: 64), mask: mask))
    }

    private static func cell(
        _ workload: Workload, _ verdict: CellVerdict, _ ratio: (Double, Double, Double), launches: Int = 10,
        visible: Double? = 0.061, findings: [Caution] = []
    ) -> CellComparison {
        CellComparison(
            workload: workload, verdict: verdict,
            ratio: Estimate(value: ratio.0, low: ratio.1, high: ratio.2, level: 0.95),
            smallestVisibleSlowdown: visible, launches: launches, baselineNanoseconds: 1_234_567,
            candidateNanoseconds: 1_234_567 * ratio.0, findings: findings)
    }

    static func side(_ path: String) -> Comparison.Side {
        Comparison.Side(path: path, build: PlantedResults.header.build)
    }

    private static func check(_ name: ComparisonGuard.Name, _ ratio: Double, passed: Bool) -> ComparisonGuard {
        ComparisonGuard(
            name: name, passed: passed, message: passed ? "+0.1 %" : "a loop that is the same in both builds moved",
            estimate: Estimate(value: ratio, low: ratio - 0.01, high: ratio + 0.01, level: 0.95))
    }

    private static func shape(_ kind: ShapeFinding.Kind, _ subject: String, passed: Bool) -> ShapeFinding {
        ShapeFinding(
            kind: kind, subject: subject, passed: passed,
            message: passed ? "as it should be" : "goes through 134225920 pairs, 32.50× the 4129920 of the baseline",
            baseline: 1, candidate: 1, limit: 1)
    }

    private static let cells = [
        cell(workload("full", .causal, 2048), .pass, (1.002, 0.994, 1.010), launches: 3),
        cell(workload("sliding-window", .slidingWindow(256), 16384), .regressed, (32.1, 31.2, 33.0)),
        cell(workload("attention-sink", .attentionSink(sinks: 4, window: 256), 4096), .improved, (0.9, 0.88, 0.92)),
        cell(
            workload("chunked-overlap", .slidingWindow(256), 4096), .inconclusive, (1.05, 1.01, 1.09), visible: nil,
            findings: [Caution("noisy: the system disturbed most visits of 2 of 10 launches")]),
    ]

    static func comparison(
        cells: [CellComparison] = cells, guardPasses: Bool = true, shapePasses: Bool = true,
        uncompared: [UncomparedCell] = [
            UncomparedCell(
                workload: workload("full-blas", .causal, 2048), cause: .noBaseline,
                reason: "baseline: this build has no kernel")
        ]
    ) -> Comparison {
        Comparison(
            method: .paired, sweep: "gate", delta: 0.05, baseline: side("old/attnbench"),
            candidate: side("new/attnbench"), machine: PlantedResults.header.machine, seed: 1,
            command: "attnbench gate --baseline old/attnbench", seconds: 18.4, cells: cells,
            uncompared: uncompared,
            guards: [
                check(.baselineAgainstItself, 1.001, passed: true),
                check(.frozenLoop, guardPasses ? 1 : 1.2, passed: guardPasses),
                check(.medianOverCells, 1.002, passed: true),
            ],
            shape: [
                shape(.computedPairs, "full 2K", passed: true),
                shape(.computedPairs, "sliding-window(256) 16K", passed: shapePasses),
                shape(.exponent, "full", passed: true),
            ])
    }

    /// Half of the cells are wrong or missing in the candidate, and what is compared passes.
    static func incomplete(wrong: Bool) -> Comparison {
        let missing = [4096, 8192].map {
            UncomparedCell(
                workload: workload("full", .causal, $0), cause: .missing, reason: "skipped in the candidate: no time")
        }
        let failed = UncomparedCell(
            workload: workload("attention-sink", .attentionSink(sinks: 4, window: 256), 2048), cause: .wrong,
            reason: "its result in the candidate is wrong: differs from the reference by 0.5")
        return comparison(cells: [cells[0]], uncompared: wrong ? [failed] + missing : missing)
    }

    static let passing = comparison(cells: [cells[0]])
}
