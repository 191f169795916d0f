import Analysis
import Attention
import Foundation
import Records
import Statistics
import TestSupport
import Testing

@testable import Reporting

/// What a report says of selected blocks, from times that are known: 10 ps a FLOP for pairs, twice that for choosing.
@Suite struct SelectionReportTests {
    private static let lengths = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]

    private static func findings() throws -> Findings {
        let selection = try BlockSelection(blocks: 8, blockLength: 128)
        let measurements = try lengths.flatMap { length in
            let shape = try AttentionShape(queryLength: length, headDimension: 128)
            return [
                measurement("full", try AttentionProblem(shape: shape, mask: .causal)),
                measurement("sliding-window", try AttentionProblem(shape: shape, mask: .slidingWindow(512))),
                measurement("top-k-blocks", try AttentionProblem(shape: shape, mask: .causal, selection: selection)),
            ]
        }
        return Findings(
            ScalingAnalysis(
                results: Results(header: PlantedResults.header, measurements: measurements, cacheQuality: [])))
    }

    private static func measurement(_ kernel: String, _ problem: AttentionProblem) -> Records.Measurement {
        let pairs = problem.pairs
        let nanoseconds = 0.01 * 128 * Double(4 * pairs.allowed + 4 * pairs.blockScores)
        let samples = (0..<12).map {
            Int(saturating: nanoseconds * (1 + 0.002 * sin(Double(7 * $0 + problem.shape.keyLength))))
        }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement(
            workload: Workload(kernel: kernel, phase: .prefill, problem: problem), origin: .planted(kernel), launch: 1,
            work: Work(.prefill, problem: problem, computedPairs: nil), scratchBytes: 0,
            outcome: .measured(
                Records.Measurement.Record(
                    samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: 1,
                    contamination: samples.map { _ in quiet }, peakResidentBytes: 1 << 20, maximumError: 1e-6)))
    }

    @Test func aReportSaysWhatChoosingTakes() throws {
        let findings = try Self.findings()
        let sentence = try #require(SelectionCosts.sentences(findings).first)
        #expect(sentence.hasPrefix("top-k-blocks(8×128): beats full from "))
        #expect(sentence.contains("choosing blocks takes 2"))
        #expect(sentence.contains("of the time at 64K tokens, and more than half of it from "))
        #expect(sentence.contains("where FLOPs say "))
        let law = try #require(findings[SelectionCosts.self].first)
        // A product takes as long as a pair, so that both are equal at half the length that FLOPs say.
        #expect(abs(2 * (law.overtaking?.value ?? 0) / Double(law.overtakingByCounts) - 1) < 0.02)
        #expect(SelectionCosts.blocks(in: .statistics, findings).count > 0)
        #expect(SelectionCosts.blocks(in: .summary, findings).isEmpty)
    }

    @Test func theFindingIsWrittenAndReadAgain() throws {
        let findings = try Self.findings()
        let data = try JSONEncoder().encode(findings[SelectionCosts.self])
        #expect(try JSONDecoder().decode([SelectionLaw].self, from: data) == findings[SelectionCosts.self])
        // Choosing cannot be told where everything is attended to.
        #expect(findings[Crossovers.self].count == 2)
    }
}
