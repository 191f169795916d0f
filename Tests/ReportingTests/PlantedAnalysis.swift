import Attention
import Statistics

@testable import Analysis
@testable import Benchmarking
@testable import Hardware
@testable import Reporting

/// An analysis with known answers: seven series as a scaling sweep has them, and a naive kernel that ran out of memory.
/// Times are laws with a ripple of ±0.4 %, so that every printed number can be recomputed by hand.
enum PlantedAnalysis {
    static let peakFLOPsPerSecond = 60e9
    static let lengths = (0...10).map { 512 << ($0 / 2) | ($0.isMultiple(of: 2) ? 0 : (512 << ($0 / 2)) * 106 / 256) }

    static let full = analysis(
        kernels: ["full", "sliding-window", "chunked-overlap", "attention-sink"], windows: [256, 1024])
    static let withNaive = analysis(kernels: ["full", "full-naive", "sliding-window"], windows: [1024])

    /// The closed forms of the planted kernels, apart from those of any real kernel.
    static func closedForm(_ series: Series, length: Int) -> Int? {
        let useful = series.usefulPairs(at: length)
        guard series.kernel == "chunked-overlap", let window = series.window else { return useful + 16 * length }
        let chunks = (length + window - 1) / window
        return max(useful, chunks * window * 2 * window - window * window)
    }

    static func analysis(kernels: [String], windows: [Int]) -> ScalingAnalysis {
        let series = kernels.flatMap { kernel in
            kernel.hasPrefix("full")
                ? [self.series(kernel, .causal, kernel)]
                : windows.map { window in
                    kernel == "attention-sink"
                        ? self.series(kernel, .attentionSink(sinks: 4, window: window), "\(kernel)(4, \(window))")
                        : self.series(kernel, .slidingWindow(window), "\(kernel)(\(window))")
                }
        }
        let hasNaive = kernels.contains("full-naive")
        return ScalingAnalysis(
            schema: ScalingAnalysis.currentSchema, series: series,
            crossovers: windows.map { window in
                Crossover(
                    faster: "sliding-window(\(window))", slower: "full",
                    place: .at(
                        tokens: estimate(Double(window) * 1.377, Double(window) * 0.057), bracketed: true))
            },
            overheadRatios: kernels.contains("chunked-overlap")
                ? windows.map { window in
                    OverheadRatio(
                        series: "chunked-overlap(\(window))", against: "sliding-window(\(window))", length: 16384,
                        measuredTimeRatio: estimate(2.04, 0.02), computedPairsRatio: 2 - Double(window) / 1e6)
                } : [],
            forecasts: [
                Forecast(
                    series: "full", tokens: 10 << 20, seconds: 54_000, low: 46_154, high: 63_180,
                    basis: .extrapolated, multipleOfMeasured: 640, cautions: []),
                Forecast(
                    series: "sliding-window(1024)", tokens: 10 << 20, seconds: 11.2, low: 11.1, high: 11.3,
                    basis: .measured, multipleOfMeasured: 1, cautions: []),
            ],
            ceilings: Ceilings(
                flopsPerSecond: .init(float32: peakFLOPsPerSecond, bfloat16: nil), readBytesPerSecond: 11.4e9),
            absent: hasNaive
                ? [11314, 16384].map {
                    AbsentCell(
                        series: "full-naive", queryLength: $0, keyLength: $0,
                        reason: "it needs more than the 512 MiB that are free",
                        failed: false)
                } : [],
            cautions: [Caution("The machine was busy: 12 % of the samples were contaminated.")])
    }

    static func estimate(_ value: Double, _ halfWidth: Double, level: Double = 0.95) -> Estimate {
        Estimate(value: value, low: value - halfWidth, high: value + halfWidth, level: level)
    }

    private static func series(_ kernel: String, _ mask: Mask, _ label: String) -> Series {
        let parameters = SeriesParameters(
            mask: mask, batch: 1, queryHeads: 1, keyValueHeads: 1, headDimension: 64, elementType: .float32, threads: 1)
        // ns a pair at 60 GFLOP/s and 256 FLOPs a pair: 4.27.
        let perPair = ["full": 4.69, "full-naive": 19.0, "sliding-window": 5.1, "chunked-overlap": 10.4][kernel] ?? 5.3
        let law = GrowthLaw(overheadNanoseconds: 4_000, coefficient: perPair, exponent: 1)
        let lengths = kernel == "full-naive" ? self.lengths.filter { $0 <= 8192 } : self.lengths
        let isOff = label == "attention-sink(4, 256)"
        return Series(
            kernel: kernel, parameters: parameters, label: label,
            points: lengths.enumerated().map { index, length in
                point(kernel, mask, law: law, length: length, ripple: index.isMultiple(of: 2) ? 1.004 : 0.996)
            },
            law: law, exponent: estimate(isOff ? 1.048 : 1.002, isOff ? 0.013 : 0.007), exponentOnComputedPairs: nil,
            verdict: isOff ? .deviates : .matches, nanosecondsPerPair: estimate(perPair, perPair / 100),
            localExponents: [], candidates: [], regimeChange: nil, largestLengthError: nil, cautions: [])
    }

    private static func point(
        _ kernel: String, _ mask: Mask, law: GrowthLaw, length: Int, ripple: Double
    ) -> Point {
        let useful = PairCount(mask: mask, length: length).allowed
        let computed =
            closedForm(
                Series(
                    kernel: kernel,
                    parameters: SeriesParameters(
                        mask: mask, batch: 1, queryHeads: 1, keyValueHeads: 1, headDimension: 64, elementType: .float32,
                        threads: 1),
                    label: "", points: [], law: nil, exponent: nil, exponentOnComputedPairs: nil,
                    verdict: .undecided, nanosecondsPerPair: nil, localExponents: [], candidates: [], regimeChange: nil,
                    largestLengthError: nil, cautions: []), length: length) ?? useful
        let median = law.nanoseconds(pairs: Double(useful)) * ripple
        let predicted = 4 * length * 64 * 4 + (kernel == "full-naive" ? 4 * length * length : 65_536)
        return Point(
            queryLength: length, keyLength: length, medianNanoseconds: median, low: median * 0.988,
            high: median * 1.015, level: 0.95, logStandardError: 0.007, minimumNanoseconds: median * 0.98, samples: 50,
            contaminatedSamples: 3,
            outliers: OutlierCounts(mild: 0, severe: 0),
            usefulPairs: useful, computedPairs: computed, flops: 256 * useful,
            fractionOfPeak: Double(256 * useful) / median * 1e9 / peakFLOPsPerSecond,
            peakResidentBytes: predicted * 103 / 100, predictedBytes: predicted,
            cautions: length == 512 && kernel == "full" ? [Caution("Fewer than 6 clean samples.")] : [])
    }
}

/// A results file's header and no measurement: what a report reads beside the analysis.
enum PlantedResults {
    static let quiet = Results(
        header: ResultsHeader(
            machine: Machine(
                cpuModel: "Planted CPU <4>", architecture: "x86-64", physicalCores: 2, logicalCPUs: 2,
                caches: [.init(level: 1, bytes: 49152, sharedBy: 1), .init(level: 3, bytes: 33_554_432, sharedBy: 2)],
                memoryBytes: 8 << 30, hypervisor: "KVM", vectorLanes: 16, instructionSet: "native",
                availableVectorLanes: 16, kernelRelease: "6.1.0", pinnedCPUs: [1], clockResolutionNanoseconds: 1,
                clockOverheadNanoseconds: 21,
                checks: [
                    EnvironmentCheck(name: "governor", state: .unknown, detail: "no cpufreq directory"),
                    EnvironmentCheck(name: "steal", state: .ok, detail: "0 %"),
                    EnvironmentCheck(name: "pressure", state: .bad, detail: "46 %; stop other programs"),
                ]),
            ceilings: PlantedAnalysis.full.ceilings,
            build: .init(
                commit: "0123abc", dirty: false, compiler: "Swift 6.3.1", flags: "-O", simd: "16 lanes (AVX-512)",
                blasCore: "SkylakeX"),
            sweep: Sweep(name: "scaling", groups: []), seed: 7, startedAt: "2026-01-02T03:04:05Z",
            command: "attnbench run scaling --seed 7"),
        measurements: [])
}
