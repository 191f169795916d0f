import TestSupport
import Analysis
import Attention
import Foundation
import Records

@testable import Reporting

/// Results of decoding whose times are laws with a ripple of ±0.2 %: bytes at 10.5 of 11.4 GB/s beside 2 µs, and pairs
/// at 40 of 60 GFLOP/s where a prompt is read or a window recomputed. 8 query heads share 2 of 128.
enum PlantedDecode {
    /// 2 KiB a token, beside a last cache of 32 MiB: the laws are fitted from 64K tokens on.
    static let lengths = [1024, 4096, 16_384] + (0..<5).map { 65_536 << $0 }

    /// The full cache, a window and sinks.
    static let growth = findings(
        steps("decode-full", .causal) + steps("decode-window", .slidingWindow(1024))
            + steps("decode-sink", .attentionSink(sinks: 4, window: 1024)))

    /// A length far below the others.
    static let small = findings(steps("decode-full", .causal, lengths: [128] + lengths))

    /// Windows of three sizes, kept and recomputed.
    static let streaming = findings(
        steps("decode-full", .causal, lengths: [16384])
            + [256, 512, 1024].flatMap { window in
                steps("decode-window", .slidingWindow(window), lengths: [16384])
                    + steps("decode-sink", .attentionSink(sinks: 4, window: window), lengths: [16384])
                    + recomputing(window: window, length: 16384)
            })

    /// Five formats of one cache.
    static let formats = findings(
        [CacheFormat.float32, .bfloat16, .fp8E4M3, .q8_0, .q4_0].flatMap { format in
            // Turning 4 bits back takes as long as reading 8.
            steps("decode-full", .causal, format: format, lengths: [65536], slowdown: format == .q4_0 ? 2 : 1)
        }, cacheQuality: PlantedAnalysis.withCacheFormats.analysis.cacheQuality)

    /// Prompts to 4K tokens, steps to 1M.
    static let inputAndOutput = findings(
        steps("decode-full", .causal)
            + promptLengths.map { prompt($0) })

    /// The same, and a window that reads prompts too: these are the matter then.
    static let promptsAndOutput = findings(
        steps("decode-full", .causal)
            + [1, 2].flatMap { threads in promptLengths.map { prompt($0, threads: threads) } }
            + promptLengths.map { prompt($0, "sliding-window", .slidingWindow(128)) })

    private static let promptLengths = [512, 724, 1024, 1448, 2048, 2896, 4096]

    private static func findings(
        _ measurements: [Records.Measurement], cacheQuality: [CacheQuality] = []
    ) -> Findings {
        Findings(
            ScalingAnalysis(
                results: Results(header: PlantedResults.header, measurements: measurements, cacheQuality: cacheQuality))
        )
    }

    private static func steps(
        _ kernel: String, _ mask: Mask, format: CacheFormat? = nil, lengths: [Int] = lengths, slowdown: Double = 1
    ) -> [Records.Measurement] {
        lengths.map { length in
            measurement(kernel, problem(mask, queries: 1, length, format), computedPairs: nil) { work in
                2000 + slowdown * Double(work.bytes) / 10.5
            }
        }
    }

    private static func recomputing(window: Int, length: Int) -> [Records.Measurement] {
        let pairs = 8 * window * (window + 1) / 2
        return [
            measurement(
                "decode-recompute", problem(.slidingWindow(window), queries: 1, length, nil), computedPairs: pairs
            ) { Double(512 * $0.computedPairs!) / 40 }
        ]
    }

    private static func prompt(
        _ length: Int, _ kernel: String = "full", _ mask: Mask = .causal, threads: Int = 1
    ) -> Records.Measurement {
        measurement(kernel, problem(mask, queries: length, length, nil), threads: threads, computedPairs: nil) {
            4000 + Double($0.flops) / Double(40 * threads)
        }
    }

    private static func problem(_ mask: Mask, queries: Int, _ length: Int, _ format: CacheFormat?) -> AttentionProblem {
        do {
            return try AttentionProblem(
                shape: AttentionShape(
                    queryHeads: 8, keyValueHeads: 2, queryLength: queries, keyLength: length, headDimension: 128),
                mask: mask, cacheFormat: format.map { CacheFormats($0) })
        } catch { fatalError("a planted problem is none: \(error)") }
    }

    private static func measurement(
        _ kernel: String, _ problem: AttentionProblem, threads: Int = 1, computedPairs: Int?,
        nanoseconds: (Work) -> Double
    ) -> Records.Measurement {
        let useful = problem.shape.queryHeads * problem.pairs.allowed
        let work = Work(.decode, problem: problem, computedPairs: computedPairs ?? useful)
        let time = nanoseconds(work)
        let samples = (0..<12).map {
            Int((1000 * time * (1 + 0.002 * sin(Double(7 * $0 + problem.shape.keyLength)))).rounded())
        }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement(
            workload: Workload(
                kernel: kernel, phase: problem.shape.queryLength == 1 ? .decode : .prefill, problem: problem,
                threads: threads), origin: .planted(kernel), launch: 1, work: work, scratchBytes: 0,
            outcome: .measured(
                .init(
                    samplesNanoseconds: samples, rounds: Array(1...12), iterationsPerSample: 1000,
                    contamination: samples.map { _ in quiet },
                    peakResidentBytes: Phase.prefill.tensorBytes(of: problem), maximumError: 0))
        )
    }
}
