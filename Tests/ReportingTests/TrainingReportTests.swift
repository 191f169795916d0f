import Analysis
import Attention
import Drawing
import Foundation
import Quantities
import Records
import Statistics
import TestSupport
import Testing

@testable import Reporting

/// Results of training whose times are known: 40 GFLOP/s in the forward pass and 35 in the backward pass, of 60; both passes in
/// one call take 2 % less than the two alone, and with the forward pass computed twice 1.3 times that. Memory is what theory predicts.
enum PlantedTraining {
    static let lengths = [1024, 1448, 2048, 2896, 4096, 5792, 8192, 11_584, 16_384]
    /// 5 / 2 · 40 / 35
    static let ratio = 2.857

    static let all = Findings(
        ScalingAnalysis(
            results: Results(
                header: PlantedResults.header,
                measurements: series(.prefill, "full") + series(.prefill, "sliding-window", .slidingWindow(512))
                    + series(.backward, "backward-full")
                    + series(.backward, "backward-sliding-window", .slidingWindow(512))
                    + series(.backward, "backward-materialised", isSquare: true) + series(.training, "training-full")
                    + series(.checkpointed, "checkpointed-full"),
                cacheQuality: [])))

    private static func series(
        _ phase: Phase, _ kernel: String, _ mask: Mask = .causal, isSquare: Bool = false
    ) -> [Records.Measurement] {
        lengths.map { length in
            do {
                let shape = try AttentionShape(queryLength: length, headDimension: 128)
                let workload = Workload(
                    kernel: kernel, phase: phase, problem: try AttentionProblem(shape: shape, mask: mask))
                return measurement(workload, scratchBytes: isSquare ? 8 * length * length : 1000 * length)
            } catch { fatalError("a planted problem is none: \(error)") }
        }
    }

    private static func measurement(_ workload: Workload, scratchBytes: Int) -> Records.Measurement {
        let pairs = workload.problem.pairs.allowed
        let flops = Double(128 * pairs)
        let (forward, backward) = (4 * flops / 40, 10 * flops / 35)
        let nanoseconds =
            switch workload.phase {
            case .prefill, .decode, .loss: forward
            case .backward: backward
            case .training: 0.98 * (forward + backward)
            case .checkpointed: 1.3 * 0.98 * (forward + backward)
            }
        let samples = (0..<12).map {
            Int(saturating: 1000 * nanoseconds * (1 + 0.002 * sin(Double(7 * $0 + workload.problem.shape.keyLength))))
        }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement(
            workload: workload, origin: .planted(workload.kernel), launch: 1,
            work: Work(workload.phase, problem: workload.problem, computedPairs: pairs), scratchBytes: scratchBytes,
            outcome: .measured(
                .init(
                    samplesNanoseconds: samples, rounds: Array(1...12), iterationsPerSample: 1000,
                    contamination: samples.map { _ in quiet },
                    peakResidentBytes: workload.tensorBytes + scratchBytes, maximumError: 0)))
    }
}

@Suite struct TrainingReportTests {
    private let findings = PlantedTraining.all

    @Test func aBackwardPassIsHeldAgainstItsForwardPass() throws {
        let costs = findings[TrainingCosts.self]
        #expect(costs.map(\.forward) == ["full", "sliding-window(512)"])
        #expect(costs.map(\.backward) == ["backward-full", "backward-sliding-window(512)"])
        #expect(costs.map(\.both) == ["training-full", nil])
        for cost in costs {
            #expect(cost.rows.map(\.length) == PlantedTraining.lengths)
            for row in cost.rows { #expect(abs(row.ratio.value - PlantedTraining.ratio) < 0.01, "\(row)") }
        }
        let both = try #require(costs[0].rows.last)
        let sum = both.forward.value + both.backward.value
        #expect(abs(try #require(both.both).value / sum - 0.98) < 0.002)
    }

    /// Nine products over seven.
    @Test func aCheckpointedStepIsHeldAgainstOneThatKeeps() throws {
        #expect(abs(TrainingCost.checkpointTheory - 9.0 / 7) < 1e-12)
        let costs = findings[TrainingCosts.self]
        #expect(costs.map(\.checkpointed) == ["checkpointed-full", nil])
        let ratios = costs[0].rows.compactMap(\.checkpointRatio)
        #expect(ratios.count == PlantedTraining.lengths.count && ratios.allSatisfy { abs($0.value - 1.3) < 0.003 })
        #expect(costs[1].rows.allSatisfy { $0.checkpointRatio == nil })
    }

    /// 8K tokens were measured; the laws say what 128K cost: 16 times as much a token, and once as much with a window.
    @Test func contextsAreMeasuredOrForetold() throws {
        let costs = findings[TrainingCosts.self]
        let factors = try costs.map { cost in
            #expect(cost.contexts.map(\.row.length) == [8192, 131_072])
            #expect(cost.contexts.map(\.basis) == [.measured, .extrapolated])
            let (short, long) = (try #require(cost.contexts.first), try #require(cost.contexts.last))
            return long.row.nanosecondsPerToken / short.row.nanosecondsPerToken
        }
        #expect(abs(factors[0] - 16) < 0.3 && abs(factors[1] - 1.03) < 0.05, "\(factors)")
    }

    /// Gradients stand in tables of their own, and prompts beside them are as they are alone.
    @Test func phasesStandApart() {
        #expect(PromptTimes.summary(findings.only(.prefill)).rows.map { $0[0] } == ["full", "sliding-window(512)"])
        let captions = findings.summaries.map(\.caption)
        #expect(captions.contains("Growth and cost of backward passes"))
        #expect(captions.contains("Growth and cost of both passes in one call"))
        #expect(captions.contains("Growth and cost of checkpointed steps"))
    }

    @Test func memoryGrowsWithItsPower() throws {
        let table = TrainingMemoryCurves.table(findings.analysis.only(.backward))
        #expect(table.rows.map { $0[0] } == ["backward-full", "backward-materialised", "backward-sliding-window(512)"])
        // Beside the weights the textbook has tensors, which grow with the length.
        #expect(table.rows.map { $0[4] } == ["1.00", "1.97", "1.00"])
        #expect(table.rows.map { $0[5] } == ["1.00", "1.97", "1.00"])
    }

    @Test func tablesAndSentencesAreAsReviewed() {
        let costs = findings[TrainingCosts.self]
        let tables = [
            TrainingCosts.contexts(costs), TrainingCosts.table(costs), TrainingCosts.checkpoints(costs),
            TrainingMemoryCurves.table(findings.analysis.only(.backward)),
        ]
        let text =
            tables.map { TerminalTable.text($0, width: 120) }.joined(separator: "\n") + "\n"
            + Headlines(findings).lines.joined(separator: "\n") + "\n"
        #expect(text == Golden.text("training", updatingTo: text))
    }

    @Test(arguments: ["training-time", "training-memory"]) func figuresAreAsReviewed(name: String) throws {
        let figure = try #require(Figure.all(for: findings).first { $0.name == name })
        #expect(figure.drawing.script == Golden.text("\(name).gp", updatingTo: figure.drawing.script))
        #expect(figure.data == Golden.text("\(name).csv", updatingTo: figure.data))
    }
}
