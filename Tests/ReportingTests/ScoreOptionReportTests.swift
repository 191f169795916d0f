import Analysis
import Attention
import Foundation
import Records
import Statistics
import TestSupport
import Testing

@testable import Reporting

/// What a report says of soft caps and sink logits, from times that are known: a cap takes 1.25 times, a sink as long.
@Suite struct ScoreOptionReportTests {
    private static func findings() throws -> Findings {
        let options: [(ScoreForm, Double)] = [
            (.plain, 1), (try ScoreForm(softCap: 50), 1.25), (try ScoreForm(hasSinkLogits: true), 1),
        ]
        let measurements = try [1024, 2048, 4096, 8192].flatMap { length in
            let shape = try AttentionShape(queryLength: length, headDimension: 128)
            return try options.map { form, factor in
                measurement(try AttentionProblem(shape: shape, mask: .causal, scoreForm: form), factor: factor)
            }
        }
        return Findings(
            ScalingAnalysis(
                results: Results(header: PlantedResults.header, measurements: measurements, cacheQuality: [])))
    }

    private static func measurement(_ problem: AttentionProblem, factor: Double) -> Records.Measurement {
        let nanoseconds = factor * 0.01 * 128 * Double(4 * problem.pairs.allowed)
        let samples = (0..<12).map {
            Int(saturating: nanoseconds * (1 + 0.002 * sin(Double(7 * $0 + problem.shape.keyLength))))
        }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement(
            workload: Workload(kernel: "full", phase: .prefill, problem: problem), origin: .planted("full"), launch: 1,
            work: Work(.prefill, problem: problem, computedPairs: nil), scratchBytes: 0,
            outcome: .measured(
                Records.Measurement.Record(
                    samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: 1,
                    contamination: samples.map { _ in quiet }, peakResidentBytes: 1 << 20, maximumError: 1e-6)))
    }

    @Test func aReportSaysWhatAnOptionCosts() throws {
        let findings = try Self.findings()
        #expect(findings.analysis.series.map(\.label) == ["full", "full(sink logits)", "full(soft cap 50)"])
        let costs = findings[ScoreOptionCosts.self]
        #expect(costs.map(\.series) == ["full(sink logits)", "full(soft cap 50)"])
        #expect(costs.allSatisfy { $0.plain == "full" && $0.length == 8192 })
        #expect(abs(costs[1].ratio.value - 1.25) < 0.01 && abs(costs[0].ratio.value - 1) < 0.01)
        let sentences = ScoreOptionCosts.sentences(findings)
        #expect(sentences.count == 1)
        #expect(
            sentences[0].hasPrefix(
                "full at 8K tokens takes, as a multiple of its time with plain scores: sink logits 1.00"))
        #expect(sentences[0].contains("soft cap 50 1.25"))
        #expect(ScoreOptionCosts.blocks(in: .statistics, findings).count > 0)
        #expect(ScoreOptionCosts.blocks(in: .summary, findings).isEmpty)
    }

    @Test func theFindingIsWrittenAndReadAgain() throws {
        let costs = try Self.findings()[ScoreOptionCosts.self]
        let data = try JSONEncoder().encode(costs)
        #expect(try JSONDecoder().decode([ScoreOptionCost].self, from: data) == costs)
    }

    /// The FLOPs of a form are those of plain scores.
    @Test func anOptionIsNoWork() throws {
        let analysis = try Self.findings().analysis
        #expect(Set(analysis.series.map { $0.points.map(\.work.flops) }).count == 1)
    }
}
