import Analysis
import Attention
import Foundation
import Records
import TestSupport
import Testing

@testable import Reporting

/// What a report says of steps over latents beside steps that read keys and values of each head.
@Suite struct LatentReportTests {
    private static let lengths = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]

    private static func analysis() throws -> ScalingAnalysis {
        let measurements = try lengths.flatMap { length -> [Records.Measurement] in
            let latents = try AttentionShape(
                queryHeads: 128, keyValueHeads: 1, queryLength: 1, keyLength: length, headDimension: 576)
            let heads = try AttentionShape(
                queryHeads: 128, keyValueHeads: 128, queryLength: 1, keyLength: length, headDimension: 128)
            return [
                measurement(
                    "decode-latent",
                    try AttentionProblem(
                        shape: latents, mask: .causal, elementType: .bfloat16, latent: LatentValues(dimension: 512))
                ) { 0.003 * Double($0.flops) },
                measurement(
                    "decode-full", try AttentionProblem(shape: heads, mask: .causal, elementType: .bfloat16)
                ) { 0.05 * Double($0.bytes) },
            ]
        }
        return ScalingAnalysis(
            results: Results(header: PlantedResults.header, measurements: measurements, cacheQuality: []))
    }

    private static func measurement(
        _ kernel: String, _ problem: AttentionProblem, nanoseconds: (Work) -> Double
    ) -> Records.Measurement {
        let work = Work(.decode, problem: problem, computedPairs: nil)
        let samples = (0..<12).map {
            Int(saturating: nanoseconds(work) * (1 + 0.002 * sin(Double(7 * $0 + problem.shape.keyLength))))
        }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement(
            workload: Workload(kernel: kernel, phase: .decode, problem: problem), origin: .planted(kernel), launch: 1,
            work: work, scratchBytes: 0,
            outcome: .measured(
                Records.Measurement.Record(
                    samplesNanoseconds: samples, rounds: Array(samples.indices), iterationsPerSample: 1,
                    contamination: samples.map { _ in quiet }, peakResidentBytes: 1 << 20, maximumError: 1e-6)))
    }

    @Test func theRooflineMoves() throws {
        let analysis = try Self.analysis()
        let rows = RooflineBounds.table(analysis).rows
        #expect(rows.count == 2 * Self.lengths.count)
        for row in rows { #expect(row[3] == (row[0] == "decode-latent" ? "arithmetic" : "memory"), "\(row)") }
        let figure = try #require(RooflineBounds.figure(Findings(analysis)))
        #expect(figure.method.contains("2·(d + m) where the first m elements of a key are its value"))
    }

    @Test func stepsAreSaidToBeBoundByArithmetic() throws {
        let analysis = try Self.analysis()
        let latents = try #require(analysis.series.first { $0.parameters.latent != nil })
        let growth = StepTimes.growth(latents, analysis)
        #expect(growth.hasPrefix("decode-latent: time per token grows as pairs^1.00"))
        #expect(growth.contains("of the measured peak") && !growth.contains("bandwidth"))
        let heads = try #require(analysis.series.first { $0.parameters.latent == nil })
        #expect(StepTimes.growth(heads, analysis).contains("grows as bytes^1.00"))
        // What they read says nothing of them.
        let bandwidth = try #require(StepBandwidth.figure(Findings(analysis)))
        #expect(Set(bandwidth.traces.map(\.series)) == ["decode-full"])
        let steps = try #require(StepTimes.figure(Findings(analysis)))
        #expect(steps.method.contains("Of latents: over pairs in the place of bytes."))
        #expect(Set(steps.traces.map(\.series)) == ["decode-full", "decode-latent"])
    }
}
