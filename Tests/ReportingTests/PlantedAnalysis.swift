import Analysis
import Attention
import Foundation

@testable import Reporting

/// Findings with known answers, written as `analysis.json` holds it and read back: so these tests lean on no fit and
/// on no kernel, only on the file's form. Times are laws with a ripple of ±0.4 %, so that every printed number can be
/// recomputed by hand.
struct PlantedAnalysis {
    /// Seven series, as a scaling sweep has them; one deviates.
    static let full = PlantedAnalysis(
        kernels: ["full", "sliding-window", "chunked-overlap", "attention-sink"], windows: [256, 1024]
    ).findings
    /// Three series, of which the naive one ran out of memory.
    static let withNaive = PlantedAnalysis(kernels: ["full", "full-naive", "sliding-window"], windows: [1024]).findings

    /// Two problems on one and two threads, one of which gains little.
    static let withThreads = PlantedAnalysis(
        kernels: ["full", "sliding-window"], windows: [1024],
        strongScaling: [
            scaling("full", "full", 2048, 1.9), scaling("full", "full", 8192, 1.96),
            scaling("sliding-window", "sliding-window(1024)", 8192, 1.5),
        ]
    ).findings

    /// Two series, and the same in 0.8 of the time.
    static let short = PlantedAnalysis(kernels: ["full", "sliding-window"], windows: [1024]).findings
    static let shortAndFaster = PlantedAnalysis(
        kernels: ["full", "sliding-window"], windows: [1024], speed: 1.25
    ).findings

    /// Formats of a cache, with errors near those that random numbers have.
    static let withCacheFormats = PlantedAnalysis(
        kernels: ["full", "sliding-window"], windows: [1024],
        cacheQuality: [
            quality("bfloat16", 16, keys: (0.0017, 0.0017, 0.0017), 0.0017, output: (0.0024, 0.0041, 0.0026)),
            quality("float16", 16, keys: (0.0002, 0.0002, 0.0002), 0.0002, output: (0.0003, 0.0005, 0.0003)),
            quality("q8_0", 8.5, keys: (0.0054, 0.0096, 0.0053), 0.0054, output: (0.0077, 0.018, 0.0081)),
            quality("fp8-e4m3", 8, keys: (0.027, 0.027, 0.026), 0.027, output: (0.038, 0.057, 0.04)),
            quality("int4 per channel", 5, keys: (0.078, 0.047, 0.048), 0.079, output: (0.115, 0.116, 0.079)),
            quality("int4 per token", 5, keys: (0.078, 0.118, 0.078), 0.079, output: (0.114, 0.234, 0.115)),
            quality("q4_0", 4.5, keys: (0.086, 0.153, 0.085), 0.086, output: (0.124, 0.297, 0.129)),
            quality("int2 per token", 3, keys: (0.394, 0.641, 0.389), 0.394, output: (0.62, 2.6, 0.59)),
            quality("kivi-2", 3, keys: (0.394, 0.234, 0.241), 0.394, output: (0.62, 0.62, 0.41)),
        ]
    ).findings

    static let peakFLOPsPerSecond = 60e9
    static let lengths = [512, 724, 1024, 1448, 2048, 2896, 4096, 5792, 8192, 11585, 16384]
    static let tenM = 10 << 20

    let findings: Findings

    /// - Parameters:
    ///   - forecastSeries: the two series that have a forecast.
    ///   - speed: what all times are divided by.
    init(
        kernels: [String], windows: [Int], strongScaling: [[String: Any]] = [], cacheQuality: [[String: Any]] = [],
        forecastSeries: (String, String) = ("full", "sliding-window(1024)"), speed: Double = 1,
        quietTime: [String: Any] = [:], tileFLOPsPerSecond: Double? = nil
    ) {
        let series = kernels.flatMap { kernel in
            kernel.hasPrefix("full")
                ? [Self.series(kernel, .causal, kernel, speed)]
                : windows.map { window in
                    kernel == "attention-sink"
                        ? Self.series(
                            kernel, .attentionSink(sinks: 4, window: window), "\(kernel)(4+\(window))", speed)
                        : Self.series(kernel, .slidingWindow(window), "\(kernel)(\(window))", speed)
                }
        }
        var object: [String: Any] = [
            "schema": ScalingAnalysis.currentSchema, "series": series,
            "crossovers": windows.map { window in
                [
                    "faster": "sliding-window(\(window))", "slower": "full",
                    "place": [
                        "at": [
                            "tokens": Self.estimate(Double(window) * 1.377, Double(window) * 0.057), "bracketed": true,
                        ]
                    ],
                ] as [String: Any]
            },
            "overheadRatios": kernels.contains("chunked-overlap") ? windows.map(Self.overheadRatio) : [],
            "strongScaling": strongScaling, "tokenCosts": [], "streaming": [], "cacheFormats": [],
            "forecasts": [
                Self.forecast(forecastSeries.0, 257_840, 220_376, 301_673, "extrapolated", 640),
                Self.forecast(forecastSeries.1, 54.8, 54.2, 55.6, "measured", 1),
            ],
            "cacheQuality": cacheQuality,
            "ceilings": ["flopsPerSecond": ["float32": Self.peakFLOPsPerSecond], "readBytesPerSecond": 11.4e9],
            "absent": kernels.contains("full-naive")
                ? [11585, 16384].map { length in
                    [
                        "series": "full-naive", "phase": "prefill", "queryLength": length, "keyLength": length,
                        "state": "skipped",
                        // Tensors of 64 float32, and all scores.
                        "predictedBytes": 4 * length * (4 * 64 + length),
                        "reason": "it needs more than the 512 MiB that are free",
                    ] as [String: Any]
                } : [],
            "cautions": ["The machine was busy: 12 % of the samples were contaminated."],
        ]
        if let tileFLOPsPerSecond {
            object["ceilings"] = [
                "flopsPerSecond": ["float32": Self.peakFLOPsPerSecond], "readBytesPerSecond": 11.4e9,
                "tileFLOPsPerSecond": tileFLOPsPerSecond,
            ]
        }
        if !quietTime.isEmpty { object["quietTime"] = quietTime }
        findings = Self.decode(object)
    }

    /// Pairs that the planted kernels compute, apart from those of any real kernel: tiles of 16, or 2w keys for each
    /// chunk of w queries.
    static func computedPairs(_ kernel: String, _ mask: Mask, _ length: Int) -> Int {
        let useful = PairCount(mask: mask, length: length).allowed
        guard kernel == "chunked-overlap", let window = mask.bandWidth else { return useful + 16 * length }
        let chunks = (length + window - 1) / window
        return max(useful, chunks * window * 2 * window - window * window)
    }

    private static func decode<Value: Decodable>(_ object: [String: Any]) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: JSONSerialization.data(withJSONObject: object))
        } catch {
            fatalError("the planted analysis has not the form of analysis.json: \(error)")
        }
    }

    static func estimate(_ value: Double, _ halfWidth: Double) -> [String: Any] {
        ["estimate": value, "low": value - halfWidth, "high": value + halfWidth, "level": 0.95]
    }

    /// On normals, on outlying channels and on real activations.
    private static func quality(
        _ scheme: String, _ bits: Double, keys: (Double, Double, Double), _ values: Double,
        output: (Double, Double, Double)
    ) -> [String: Any] {
        let samples = [
            ("normal", keys.0, output.0), ("outlier-channels", keys.1, output.1),
            ("real-activations", keys.2, output.2),
        ]
        return [
            "scheme": scheme, "bitsPerElement": bits,
            "keysArePerChannel": scheme == "kivi-2" || scheme.hasSuffix("per channel"),
            "errors": samples.map { ["sample": $0.0, "keys": $0.1, "values": values, "output": $0.2] },
        ]
    }

    private static func scaling(
        _ kernel: String, _ label: String, _ length: Int, _ speedUp: Double
    ) -> [String: Any] {
        [
            "kernel": kernel, "series": label, "length": length,
            "rows": [
                ["threads": 1, "median": estimate(2e6, 1e4), "speedUp": estimate(1, 0)],
                ["threads": 2, "median": estimate(2e6 / speedUp, 1e4), "speedUp": estimate(speedUp, 0.02)],
            ],
        ]
    }

    private static func overheadRatio(window: Int) -> [String: Any] {
        [
            "series": "chunked-overlap(\(window))", "against": "sliding-window(\(window))", "length": 16384,
            "measuredTimeRatio": estimate(2.04, 0.02), "computedPairsRatio": 2 + Double(window) / 1e6,
        ]
    }

    private static func forecast(
        _ series: String, _ seconds: Double, _ low: Double, _ high: Double, _ basis: String, _ multiple: Double
    ) -> [String: Any] {
        [
            "series": series, "tokens": tenM, "seconds": seconds, "low": low, "high": high, "basis": basis,
            "multipleOfMeasured": multiple,
            "cautions": multiple > 64 ? ["far: \(Int(multiple)) times the largest measured length"] : [],
        ]
    }

    private static func series(
        _ kernel: String, _ mask: Mask, _ label: String, _ speed: Double
    ) -> [String: Any] {
        // At 60 GFLOP/s and 256 FLOPs a pair the peak is 4.27 ns a pair.
        let costs = ["full": 4.69, "full-naive": 19.0, "sliding-window": 5.1, "chunked-overlap": 10.4]
        let perPair = (costs[kernel] ?? 5.3) / speed
        let isOff = label == "attention-sink(4+256)"
        let far = label == "sliding-window(1024)" ? [tenM] : []
        let lengths = (kernel == "full-naive" ? Self.lengths.filter { $0 <= 8192 } : Self.lengths) + far
        return [
            "kernel": kernel, "label": label, "parameters": parameters(mask),
            "points": lengths.enumerated().map { index, length in
                point(
                    kernel, mask, (4_000 / speed, perPair), length, ripple: index.isMultiple(of: 2) ? 1.004 : 0.996)
            },
            "law": ["overheadNanoseconds": 4_000 / speed, "coefficient": perPair, "exponent": 1],
            "exponent": estimate(isOff ? 1.048 : 1.002, isOff ? 0.013 : 0.007),
            "verdict": isOff ? "deviates" : "matches", "verdictBasis": "usefulPairs",
            "nanosecondsPerPair": estimate(perPair, perPair / 100),
            "localExponents": [
                ["fromLength": 8192, "toLength": 11585, "measured": estimate(1.98, 0.03), "theory": 1.9998]
            ],
            "candidates": [
                ["name": "pairs", "deltaAICc": 0, "weight": 0.71, "indistinguishable": true],
                ["name": "n²", "deltaAICc": 1.8, "weight": 0.29, "indistinguishable": true],
                ["name": "n log n", "deltaAICc": 64.2, "weight": 0, "indistinguishable": false],
            ],
            "cautions": [],
        ]
    }

    private static func parameters(_ mask: Mask) -> [String: Any] {
        let encoded = try? JSONSerialization.jsonObject(with: JSONEncoder().encode(mask))
        return [
            "phase": "prefill", "mask": encoded ?? [:], "batch": 1, "queryHeads": 1, "keyValueHeads": 1,
            "headDimension": 64,
            "elementType": "float32", "threads": 1,
        ]
    }

    private static func point(
        _ kernel: String, _ mask: Mask, _ cost: (overhead: Double, perPair: Double), _ length: Int, ripple: Double
    ) -> [String: Any] {
        let useful = PairCount(mask: mask, length: length).allowed
        let median = (cost.overhead + cost.perPair * Double(useful)) * ripple
        let predicted = 4 * length * 64 * 4 + (kernel == "full-naive" ? 4 * length * length : 65_536)
        return [
            "queryLength": length, "keyLength": length, "medianNanoseconds": median, "low": median * 0.988,
            "high": median * 1.015, "level": 0.95, "minimumNanoseconds": median * 0.98, "samples": 50, "launches": 1,
            "contaminatedSamples": 3, "logStandardError": 0.004, "outliers": ["mild": 1, "severe": 0],
            "usefulPairs": useful, "computedPairs": computedPairs(kernel, mask, length), "flops": 256 * useful,
            "bytes": 4 * length * 64 * 4,
            "fractionOfPeak": Double(256 * useful) / median * 1e9 / peakFLOPsPerSecond,
            "peakResidentBytes": predicted * 103 / 100, "predictedBytes": predicted,
            "cautions": length == 512 && kernel == "full" ? ["Fewer than 6 clean samples."] : [],
        ]
    }
}
