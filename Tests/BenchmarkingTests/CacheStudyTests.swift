import Attention
import Kernels
import Records
import Testing

@testable import Benchmarking

struct CacheStudyTests {
    private static let quality = CacheQuality.measured(for: Set(CacheFormat.allCases.map { CacheFormats($0) }))

    private static func errors(_ scheme: String, _ sample: CacheSample) throws -> CacheQuality.Errors {
        try #require(quality.first { $0.scheme == scheme }?[sample])
    }

    /// The same schemes computed apart from this code, in another language and with other draws.
    @Test(
        arguments: [
            ("bfloat16", 0.0017, 0.0017, 0.004), ("fp8-e4m3", 0.027, 0.027, 0.057), ("q8_0", 0.0054, 0.0096, 0.018),
            ("q4_0", 0.086, 0.153, 0.297), ("int4 per token", 0.078, 0.118, 0.234),
            ("int4 per channel", 0.078, 0.047, 0.116), ("int2 per token", 0.394, 0.641, nil),
            ("kivi-2", 0.394, 0.234, 0.62),
        ] as [(String, Double, Double, Double?)])
    func randomKeysErrAsComputedElsewhere(scheme: String, normal: Double, outlier: Double, output: Double?) throws {
        #expect(abs(try Self.errors(scheme, .normal).keys / normal - 1) < 0.03)
        #expect(abs(try Self.errors(scheme, .normal).values / normal - 1) < 0.03)
        let outliers = try Self.errors(scheme, .outlierChannels)
        #expect(abs(outliers.keys / outlier - 1) < 0.1)
        // Past 1 the output is all error, and its size is a matter of the draws.
        if let output { #expect(abs(outliers.output / output - 1) < 0.2) } else { #expect(outliers.output > 1) }
    }

    /// A uniform error of ± half a step has a root mean square of step/√12, and a rounded float32 one of 2⁻⁹/√3 or so of
    /// itself.
    @Test func errorsAreThoseOfUniformRounding() {
        let elements = (0..<4096).map { Float($0 % 32) / 31 }
        var error = RelativeError()
        let stored = CacheArrangement.alongChannels(.q80).roundTrip(elements, channels: 32)
        error.add(stored.map { Double($0) }, against: elements.map { Double($0) })
        let size = (elements.reduce(0.0) { $0 + Double($1 * $1) } / 4096).squareRoot()
        #expect(abs(error.value / (1 / 127 / 12.0.squareRoot() / size) - 1) < 0.15)
    }

    @Test func relativeErrorIsARatioOfLengths() {
        var error = RelativeError()
        error.add([3, 4.5], against: [3, 4])
        #expect(error.value == 0.1)
        error.add([12], against: [12])
        #expect(abs(error.value - 0.5 / 13) < 1e-12)
    }

    @Test(arguments: [CacheSample.outlierChannels, .realActivations])
    func keysPerChannelBeatKeysPerToken(sample: CacheSample) throws {
        for (perChannel, perToken) in [("kivi-2", "int2 per token"), ("int4 per channel", "int4 per token")] {
            let (channel, token) = (try Self.errors(perChannel, sample), try Self.errors(perToken, sample))
            #expect(channel.keys < 0.7 * token.keys)
            #expect(channel.output < 0.75 * token.output)
            #expect(channel.values == token.values)
        }
    }

    /// Where all channels are alike, the direction of the scales makes no difference.
    @Test func directionsAreEqualOnNormals() throws {
        let (channel, token) = (try Self.errors("kivi-2", .normal), try Self.errors("int2 per token", .normal))
        #expect(abs(channel.keys / token.keys - 1) < 0.01)
    }

    @Test(arguments: CacheSample.allCases) func moreBitsOfOneKindErrLess(sample: CacheSample) throws {
        let ascending = try ["float16", "q8_0", "q4_0"].map { try Self.errors($0, sample).output }
        #expect(ascending == ascending.sorted())
        #expect(try Self.errors("kivi-2", sample).output > Self.errors("int4 per channel", sample).output)
    }

    @Test func everySchemeHasItsTrueBits() {
        #expect(
            Self.quality.map { "\($0.scheme) \($0.bitsPerElement)" } == [
                "bfloat16 16.0", "float16 16.0", "q8_0 8.5", "fp8-e4m3 8.0", "int4 per channel 5.0",
                "int4 per token 5.0", "q4_0 4.5", "int2 per token 3.0", "kivi-2 3.0",
            ])
    }

    /// As the formats count their bytes, KIVI's residual window apart.
    @Test(arguments: CacheFormat.allCases) func bitsAreThoseOfTheFormat(format: CacheFormat) {
        let bytes = { CacheFormats(format).byteCount(tokens: $0, keyValueHeads: 2, headDimension: 64) }
        let growth = Double(bytes(1 << 13) - bytes(1 << 12)) * 8 / Double(2 * 2 * 64 << 12)
        #expect(CacheScheme(CacheFormats(format)).bitsPerElement == growth)
    }

    /// Keys keep the error of their own format, and values that of theirs.
    @Test func eachHalfHasTheErrorOfItsFormat() throws {
        func quality(_ formats: CacheFormats) throws -> CacheQuality {
            try #require(CacheQuality.measured([CacheScheme(formats)]).first)
        }
        let mixed = try quality(CacheFormats(key: .q8_0, value: .q4_0))
        #expect(mixed.scheme == "q8_0/q4_0" && mixed.bitsPerElement == 6.5)
        for (one, keys, values) in try zip(
            mixed.errors, zip(quality(CacheFormats(.q8_0)).errors, quality(CacheFormats(.q4_0)).errors)
        ).map({ ($0, $1.0, $1.1) }) {
            #expect(one.keys == keys.keys && one.values == values.values)
            #expect(keys.output < one.output && one.output < values.output)
        }
    }

    @Test func formatsThatLoseNothingAreNotLookedAt() {
        #expect(CacheQuality.measured(for: [CacheFormats(.float32), CacheFormats(.bfloat16)]).isEmpty)
        #expect(CacheQuality.measured(for: []).isEmpty)
        let some = CacheScheme.all(with: [CacheFormats(.float32), CacheFormats(.q4_0)]).map(\.name)
        #expect(
            some == [
                "int4 per channel", "int4 per token", "q4_0", "int2 per channel", "int2 per token",
            ])
    }

    /// A run measures it once, for the formats that it has; going on with the run does not measure it again.
    @Test func aRunWritesItIntoTheResults() throws {
        let folder = try TemporaryFolder()
        let world = FakeWorld()
        func schemes(_ formats: [CacheFormat], launches: Int) throws -> [String] {
            var axes = Sweep.Axes(kernels: ["decode-window"], lengths: [64])
            axes.phase = .decode
            axes.windows = [16]
            axes.headDimensions = [1]
            axes.cacheFormats = formats.map { CacheFormats($0) }
            let sweep = Sweep(name: "fake", groups: [axes])
            let path = folder.file("\(formats.count).jsonl")
            try ResultsFile.create(path, header: fakeHeader(sweep: sweep))
            try FakeWorld.$current.withValue(world) {
                for launch in 1...launches {
                    let log = try RunLog.resume(path, header: fakeHeader(sweep: sweep), launch: launch)
                    var options = RunOptions(seed: 1)
                    options.launch = launch
                    _ = try Runner(world.instruments(), options)
                        .run(sweep.workloads(kernels: [.fakeDecode]), into: log)
                }
            }
            return try ResultsFile.load(path).cacheQuality.map(\.scheme)
        }
        #expect(
            try schemes([.float32, .q8_0], launches: 2)
                == CacheScheme.all(with: [CacheFormats(.float32), CacheFormats(.q8_0)]).map(\.name))
        #expect(try schemes([.float32], launches: 1).isEmpty)
    }

    @Test func blocksAlongTokensTakeEachChannelByItself() {
        // Channel 0 counts in thirds, channel 1 in hundreds: two bits hold both.
        let elements = (0..<64).flatMap { token in [Float(token % 4), Float(token % 4) * 100] }
        #expect(CacheArrangement.alongTokens(.affine(bits: 2)).roundTrip(elements, channels: 2) == elements)
    }
}
