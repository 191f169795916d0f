import Attention
import Foundation
import Records
import Statistics
import Testing

@testable import Analysis
@testable import Reporting

@Suite struct ScalingAnalysisTests {
    private let lengths = Planted.halfOctaves(from: 512, count: 9)

    private func measurements(shuffledBy seed: UInt64? = nil) -> [Measurement] {
        var generator = SplitMix64(seed: 71)
        var all = Planted(launches: 2).measurements(lengths, using: &generator)
        all += Planted(kernel: "sliding-window", mask: .slidingWindow(1024), waste: { _ in 1.03 })
            .measurements(lengths, using: &generator)
        all += Planted(
            kernel: "sliding-window-dense", mask: .slidingWindow(1024), followsComputed: true, waste: { _ in 2.06 }
        ).measurements(lengths, using: &generator)
        if let seed {
            var order = SplitMix64(seed: seed)
            all.shuffle(using: &order)
        }
        return all
    }

    @Test func theOrderOfTheFileDoesNotMatter() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let one = try encoder.encode(Findings(Planted.analysis(measurements())))
        #expect(try encoder.encode(Findings(Planted.analysis(measurements()))) == one)
        #expect(try encoder.encode(Findings(Planted.analysis(measurements(shuffledBy: 1)))) == one)
    }

    /// The names that scripts rely on.
    @Test func jsonHasItsNames() throws {
        let data = try JSONEncoder().encode(Findings(Planted.analysis(measurements())))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(root["schema"] as? String == "attnbench-analysis/1")
        #expect(
            Set(root.keys).isSuperset(of: ["series", "crossovers", "overheadRatios", "forecasts", "ceilings", "absent"])
        )
        let ceilings = try #require(root["ceilings"] as? [String: Any])
        #expect((ceilings["flopsPerSecond"] as? [String: Any])?["bfloat16"] as? Double == 400e9)
        #expect(ceilings["readBytesPerSecond"] as? Double == 40e9)
        let series = try #require((root["series"] as? [[String: Any]])?.first)
        #expect(
            Set(series.keys).isSuperset(of: [
                "kernel", "parameters", "label", "law", "exponent", "verdict", "nanosecondsPerPair", "localExponents",
                "points", "candidates",
            ]))
        #expect(series["verdict"] as? String == "matches")
        #expect(Set((series["exponent"] as? [String: Any] ?? [:]).keys) == ["estimate", "low", "high", "level"])
        let point = try #require((series["points"] as? [[String: Any]])?.first)
        #expect(
            Set(point.keys).isSuperset(of: [
                "queryLength", "keyLength", "medianNanoseconds", "low", "high", "usefulPairs", "computedPairs",
                "fractionOfPeak",
            ]))
        let forecast = try #require((root["forecasts"] as? [[String: Any]])?.first)
        #expect(Set(forecast.keys).isSuperset(of: ["series", "tokens", "seconds", "low", "high", "basis"]))
        #expect(forecast["basis"] as? String == "extrapolated")
        let again = try JSONDecoder().decode(Findings.self, from: data)
        #expect(again.analysis.series == Planted.analysis(measurements()).series)
    }

    @Test func aPointSumsUpItsCell() throws {
        let planted = Planted(
            kernel: "reference", law: { _ in 1e6 }, roundNoise: 0, headDimension: 32,
            heads: (query: 4, keyValue: 2), threads: 2, scratchBytes: 123_456)
        var generator = SplitMix64(seed: 72)
        let point = try #require(
            Planted.analysis(planted.measurements([1024], using: &generator)).series.first?.points.first)
        #expect(point.work.usefulPairs == 4 * 1024 * 1025 / 2 && point.work.flops == 4 * 32 * point.work.usefulPairs)
        // FLOPs over 1 ms and two threads of 200 GFLOP/s each.
        #expect(abs(point.utilisation.fractionOfPeak - Double(point.work.flops) / 1e-3 / 400e9) < 1e-12)
        let problem = planted.workload(1024).problem
        #expect(point.memory.predictedBytes == Phase.prefill.tensorBytes(of: problem) + 123_456)
        #expect(point.sampling.samples == 12 && point.cautions.isEmpty)
    }

    @Test func bfloat16IsHeldAgainstItsOwnPeak() {
        let ceilings = Planted.ceilings
        #expect(ceilings.peakFLOPsPerSecond(of: .bfloat16, cores: 2) == 800e9)
        #expect(ceilings.peakFLOPsPerSecond(of: .float16, cores: 1) == 200e9)
    }

    @Test func overheadIsHeldAgainstTheComputedPairs() throws {
        let ratios = Planted.analysis(measurements()).found(WastedPairs.self)
        let ratio = try #require(ratios.first)
        #expect(ratios.count == 1 && ratio.length == lengths.last)
        #expect(ratio.series == "sliding-window-dense(1024)" && ratio.against == "sliding-window(1024)")
        #expect(abs(ratio.computedPairsRatio - 2.06) < 1e-6)
        // The dense kernel was planted to pay for what it computes, the narrow one for what is useful.
        #expect(abs(ratio.measuredTimeRatio.value - 2.06) < 0.02)
        #expect(ratio.measuredTimeRatio.high / ratio.measuredTimeRatio.low < 1.02)
    }

    /// In the order of kernels "full" comes first.
    @Test func aVariantIsHeldAgainstTheKernelThatItVaries() throws {
        var generator = SplitMix64(seed: 5)
        let all =
            Planted(kernel: "full", variantOf: "full-naive").measurements([1024], using: &generator)
            + Planted(kernel: "full-naive").measurements([1024], using: &generator)
        let ratios = Planted.analysis(all).found(WastedPairs.self)
        #expect(ratios.map(\.series) == ["full"] && ratios.map(\.against) == ["full-naive"])
    }

    @Test func cellsWithoutATimeAreToldWithTheirReason() throws {
        var generator = SplitMix64(seed: 73)
        let planted = Planted()
        var all = planted.measurements([1024, 2048, 4096], using: &generator)
        all.append(planted.absent(8192, .skipped(reason: "needs 9 GB, and 4 are free")))
        // Wrong in one launch is wrong, whatever the other launch took.
        all.append(planted.absent(2048, .wrong(reason: "error 0.1", maximumError: 0.1), launch: 1))
        // Skipped in one launch is no reason to drop the other.
        all.append(planted.absent(1024, .skipped(reason: "no time left"), launch: 1))
        all.append(Planted(kernel: "full-naive").absent(8192, .skipped(reason: "too large")))
        let analysis = Planted.analysis(all)
        #expect(analysis.series.count == 1 && analysis.series[0].points.map(\.keyLength) == [1024, 4096])
        #expect(
            Set(analysis.absent.map { "\($0.series) \($0.keyLength) \($0.reason) \($0.state)" }) == [
                "full 8192 needs 9 GB, and 4 are free skipped", "full 2048 error 0.1 wrong",
                "full-naive 8192 too large skipped",
            ])
    }

    /// Whatever a file says, the analysis ends, and what it says can be written as JSON.
    @Test func noDataBreaksTheAnalysis() throws {
        var generator = SplitMix64(seed: 74)
        let laws: [(Double) -> Double] = [
            { _ in 1000 }, { 1e9 / $0 + 1 }, { $0 * $0 }, { 1e12 + $0 }, { 0.3 * $0 }, { sin($0) * 400 + 500 },
        ]
        let masks: [Mask] = [
            .causal, .full, .slidingWindow(1), .slidingWindow(700), .attentionSink(sinks: 4, window: 60),
            .chunkedLocal(100), .symmetricWindow(radius: 30),
        ]
        for _ in 0..<100 {
            var all: [Measurement] = []
            for kernel in ["full", "sliding-window", "chunked-overlap"] {
                let planted = Planted(
                    kernel: kernel, mask: masks.randomElement(using: &generator)!,
                    law: laws.randomElement(using: &generator)!, waste: { 1 + 31 / Double($0) },
                    launchNoise: [0, 0.01, 3].randomElement(using: &generator)!,
                    roundNoise: [0, 0.01, 3].randomElement(using: &generator)!,
                    launches: [1, 2, 3].randomElement(using: &generator)!,
                    rounds: [1, 2, 6, 12].randomElement(using: &generator)!,
                    queryLength: [nil, 1].randomElement(using: &generator)!)
                let lengths = (0..<Int.random(in: 1...14, using: &generator)).map { _ in
                    Int.random(in: 1...4096, using: &generator)
                }
                all += planted.measurements(lengths.sorted(), using: &generator)
            }
            let analysis = Planted.analysis(all)
            let data = try JSONEncoder().encode(Findings(analysis))
            #expect(try JSONDecoder().decode(Findings.self, from: data).analysis.series.count == analysis.series.count)
        }
    }

    @Test func nothingMeasuredIsNothingAnalysed() {
        let analysis = Planted.analysis([])
        #expect(analysis.series.isEmpty && analysis.found(Forecasts.self).isEmpty && analysis.absent.isEmpty)
    }
}
