import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Reporting

/// Steps of generation: time goes with bytes, and past a window with nothing.
@Suite struct DecodeSeriesTests {
    /// 8 KiB a token: 8 MiB to 1 GiB, beside a last cache of 32 MiB.
    private static let lengths = (0..<8).map { 1024 << $0 }
    private static let longLengths = (0..<8).map { 16_384 << $0 }

    private static func step(
        _ kernel: String, _ mask: Mask = .causal, format: CacheFormat? = nil,
        law: @escaping (Double) -> Double = { 3000 + 0.04 * $0 }
    ) -> Planted {
        Planted(
            kernel: kernel, mask: mask, law: law, roundNoise: 0.004, headDimension: 128,
            heads: (query: 32, keyValue: 8), queryLength: 1, cacheFormat: format.map { CacheFormats($0) },
            followsBytes: true)
    }

    private static func analysis(_ planted: [Planted], lengths: [Int] = lengths, seed: UInt64 = 3) -> ScalingAnalysis {
        var generator = SplitMix64(seed: seed)
        return Planted.analysis(planted.flatMap { $0.measurements(lengths, using: &generator) })
    }

    @Test(arguments: [(1.0, TheoryVerdict.matches), (1.1, .deviates)])
    func theFullCacheIsHeldAgainstItsBytes(exponent: Double, verdict: TheoryVerdict) throws {
        let planted = Self.step("decode-full", law: { 3000 + 0.04 * pow($0, exponent) })
        let analysis = Self.analysis([planted], lengths: Self.longLengths)
        let series = try #require(analysis.series.first)
        #expect(series.verdictBasis == .bytes)
        #expect(series.verdict == verdict)
        #expect(abs(try #require(series.exponent).value - exponent) < 0.01)
        #expect(series.nanosecondsPerPair == nil && series.lengthSlope == nil)
        if exponent == 1 { #expect(abs(try #require(series.nanosecondsPerByte).value / 0.04 - 1) < 0.02) }
        #expect(series.localExponents.allSatisfy { abs($0.theory - 1) < 0.01 })
    }

    /// The bytes of a series are those of its cells, whatever the format.
    @Test(arguments: [CacheFormat.float32, .bfloat16, .q8_0, .q4_0, .kivi2])
    func bytesAreThoseOfTheWork(format: CacheFormat) {
        for mask in [Mask.causal, .slidingWindow(1000), .attentionSink(sinks: 4, window: 300)] {
            let planted = Self.step("decode", mask, format: format)
            let parameters = SeriesParameters(planted.workload(4096))
            #expect(parameters.isDecode && parameters.storedAs == CacheFormats(format))
            for length in [2, 64, 1023, 40_000] {
                #expect(parameters.bytes(length: length) == planted.work(length).bytes, "\(mask) \(length)")
            }
        }
    }

    /// Of latents time goes with pairs: at 1,024 tokens queries and outputs are a fifth of the bytes, and cost nothing.
    @Test(arguments: [(1.0, TheoryVerdict.matches), (1.1, .deviates)])
    func latentsAreHeldAgainstTheirPairs(exponent: Double, verdict: TheoryVerdict) throws {
        let planted = Planted(
            kernel: "decode-latent", law: { 3000 + 5 * pow($0, exponent) }, roundNoise: 0.004, headDimension: 576,
            heads: (query: 128, keyValue: 1), queryLength: 1, latent: try LatentValues(dimension: 512))
        let series = try #require(Self.analysis([planted]).series.first)
        #expect(series.verdictBasis == .usefulPairs && series.verdict == verdict)
        #expect(abs(try #require(series.exponent).value - exponent) < 0.01)
        #expect(series.nanosecondsPerByte == nil && series.isDecodeByArithmetic && !series.recomputes)
        if exponent == 1 { #expect(abs(try #require(series.nanosecondsPerPair).value / 5 - 1) < 0.02) }
        for length in [2, 64, 1023, 40_000] {
            #expect(series.parameters.bytes(length: length) == planted.work(length).bytes)
            #expect(series.parameters.work(length: length) == Double(planted.work(length).usefulPairs))
        }
        #expect(!series.parameters.isFullAttention && series.label == "decode-latent")
    }

    /// Keys of 4 KiB and values of 4 KiB a token at 40 GB/s.
    @Test func pointsKnowTheirBandwidthAndTheirCache() throws {
        let analysis = Self.analysis([Self.step("decode-full", law: { 0.05 * $0 })], lengths: [64, 1024, 65_536])
        let points = try #require(analysis.series.first).points
        for point in points { #expect(abs(try #require(point.utilisation.fractionOfBandwidth) - 0.5) < 0.01) }
        // 0.5 MiB, 8 MiB and 512 MiB, beside caches of 1 and 32 MiB.
        #expect(points.map(\.utilisation.cacheLevel) == [2, 3, nil])
    }

    /// A byte from the last cache costs a third of one from memory: the law is that of memory.
    @Test func theLawIsFittedPastTheLastCache() throws {
        let planted = Self.step("decode-full", law: { $0 < 32e6 ? 0.01 * $0 : 0.03 * $0 })
        let lengths = (0..<10).map { 1024 << $0 }
        let series = try #require(Self.analysis([planted], lengths: lengths).series.first)
        #expect(series.points.map(\.utilisation.cacheLevel) == [3, 3] + [Int?](repeating: nil, count: 8))
        // 128 MiB, four times the last cache, of which it keeps nothing that shows.
        #expect(series.lawFromLength == 16_384)
        #expect(series.verdict == .matches)
        #expect(abs(try #require(series.nanosecondsPerByte).value / 0.03 - 1) < 0.03)
        #expect(series.cautions.contains { $0.description.hasPrefix("fitted from ") })
        // Too few lengths in memory.
        let short = try #require(Self.analysis([planted], lengths: Array(lengths.prefix(6))).series.first)
        #expect(short.law == nil && short.verdict == .undecided)
        #expect(short.cautions.map(\.description) == ["no law: 2 lengths read from memory alone, and 3 are needed"])
        // None at all: those in a cache have a law of their own.
        let cached = try #require(Self.analysis([planted], lengths: [256, 512, 1024, 2048, 4096]).series.first)
        #expect(cached.cautions.contains { $0.description.hasPrefix("fitted up to 2K cached tokens") })
        let cachedPrice = try #require(cached.nanosecondsPerByte).value
        #expect(cached.lawFromLength == 256 && abs(cachedPrice / 0.01 - 1) < 0.03)
    }

    @Test func aWindowIsFlat() throws {
        let series = try #require(Self.analysis([Self.step("decode-window", .slidingWindow(512))]).series.first)
        let slope = try #require(series.lengthSlope)
        #expect(slope.exponent.contains(0) && abs(slope.exponent.value) < 0.01)
        #expect(slope.verdict == .matches && series.verdict == .matches)
        #expect(slope.fromLength == 1024 && slope.toLength == 131_072)
        let planted = 3000 + 0.04 * Double(Self.step("decode-window", .slidingWindow(512)).work(4096).bytes)
        #expect(slope.nanoseconds.contains(planted))
        #expect(series.law == nil && series.cautions.isEmpty && series.candidates.isEmpty)
    }

    /// A window whose cache grows all the same.
    @Test func aWindowThatGrowsDeviates() throws {
        let analysis = Self.analysis([
            Planted(
                kernel: "decode-window", mask: .slidingWindow(512), law: { 100_000 * $0 }, followsComputed: true,
                waste: { pow(Double($0), 0.2) }, roundNoise: 0.004, queryLength: 1)
        ])
        let series = try #require(analysis.series.first)
        #expect(series.verdict == .deviates)
        #expect(abs(try #require(series.lengthSlope).exponent.value - 0.2) < 0.01)
    }

    /// Below its window a series grows with the bytes, beyond it not at all: both have to hold.
    @Test func aWindowIsHeldOnBothSides() throws {
        var planted = Self.step("decode-sink", .attentionSink(sinks: 4, window: 32_768))
        planted.roundNoise = 0.001
        let lengths = [1024, 4096, 16_384, 18_000, 20_000, 24_000, 28_000] + (0..<5).map { 32_768 << $0 }
        let series = try #require(Self.analysis([planted], lengths: lengths).series.first)
        #expect(series.law != nil)
        // At 32K tokens four fewer are seen, which is the same within a hundredth.
        #expect(try #require(series.lengthSlope).fromLength == 32_768)
        #expect(series.verdict == .matches)
        planted.law = { $0 > 200e6 ? 0.06 * $0 : 0.04 * $0 }
        #expect(try #require(Self.analysis([planted], lengths: lengths).series.first).verdict != .matches)
    }

    private static func forecast(of kernel: String, mask: Mask) -> Forecast? {
        analysis([step(kernel, mask)]).found(Forecasts.self).first { $0.tokens == 1 << 20 }
    }

    @Test func whatIsFlatIsForetoldToStaySo() throws {
        let forecast = try #require(Self.forecast(of: "decode-window", mask: .slidingWindow(512)))
        let planted = 3000 + 0.04 * Double(Self.step("decode-window", .slidingWindow(512)).work(4096).bytes)
        #expect(forecast.low * 1e9 <= planted && planted <= forecast.high * 1e9)
        #expect(forecast.high / forecast.low < 1.05)
    }

    @Test func tooFewLengthsSaySo() throws {
        let series = try #require(
            Self.analysis([Self.step("decode-window", .slidingWindow(512))], lengths: [1024, 2048]).series.first)
        #expect(series.lengthSlope == nil && series.verdict == .undecided)
        #expect(series.cautions.map(\.description) == ["no law: 2 lengths, and 3 are needed"])
    }

    @Test func labelsTellFormatsApart() {
        let series = Self.analysis([
            Self.step("decode-full"), Self.step("decode-full", format: .q8_0), Self.step("decode-full", format: .kivi2),
        ]).series
        #expect(
            series.map(\.label) == ["decode-full, float32", "decode-full, q8_0 cache", "decode-full, kivi-2 cache"])
    }

    @Test func phasesAreShownApart() {
        let analysis = Self.analysis([Self.step("decode-full"), Planted(headDimension: 128)])
        #expect(analysis.only(.decode).series.map(\.kernel) == ["decode-full"])
        #expect(analysis.only(.prefill).series.map(\.kernel) == ["full"])
    }
}
