import Attention
import CVector
import Hardware
import Testing

@testable import Kernels

struct TokenCacheTests {
    private static let d = 32

    private func inputs(tokens: Int, groups: Int = 2, seed: UInt64 = 5) throws -> AttentionInputs {
        AttentionInputs(
            shape: try AttentionShape(
                queryHeads: groups, keyValueHeads: groups, queryLength: 1, keyLength: tokens, headDimension: Self.d),
            seed: seed)
    }

    private func filled(_ cache: TokenCache, _ inputs: borrowing AttentionInputs, tokens: Int) -> TokenCache {
        for token in 0..<tokens { cache.write(inputs, token: token) }
        return cache
    }

    /// Row `slot` of a group, from a tile as float32.
    private func row(_ cache: TokenCache, group: Int, slot: Int) -> (key: [Float], value: [Float]) {
        let layout = cache.layout
        var keys = [Float](repeating: 0, count: 64 * layout.d)
        var values = keys
        cache.withTiles {
            let tile = $0 + cache.tileOffset(group: group, slot: slot)
            let cached = CacheTile(address: tile, layout: layout)
            cached.unpackKeys(into: &keys)
            cached.unpackValues(into: &values)
        }
        return (
            (0..<layout.d).map { keys[cache_key_word(layout.d, slot % 64, $0)] },
            (0..<layout.d).map { values[cache_value_word(layout.d, slot % 64, $0)] }
        )
    }

    @Test(arguments: CacheFormat.allCases)
    func givesBackWhatTheCodecsSay(format: CacheFormat) throws {
        let tokens = 300
        let inputs = try inputs(tokens: tokens)
        let cache = filled(
            try TokenCache(CacheFormats(format), .all(capacity: tokens), groups: 2, headDimension: Self.d), inputs,
            tokens: tokens)
        for group in 0..<2 {
            let elements = group * tokens * Self.d..<(group + 1) * tokens * Self.d
            let keys = format.restoredKeys(inputs.key.elements(elements), headDimension: Self.d)
            let values = format.restoredValues(inputs.value.elements(elements), headDimension: Self.d)
            for token in [0, 1, 15, 63, 64, 159, 171, 172, 299] {
                let inBlocks = token < cache.slotCount
                let (key, value) =
                    inBlocks
                    ? row(cache, group: group, slot: token)
                    : row(cache.recent!, group: group, slot: token - cache.slotCount)
                #expect(key == Array(keys[token * Self.d..<(token + 1) * Self.d]), "\(format) key \(token)")
                #expect(value == Array(values[token * Self.d..<(token + 1) * Self.d]), "\(format) value \(token)")
            }
        }
    }

    /// Each half of a tile is what it is in a cache of one format.
    @Test(arguments: [(CacheFormat.q8_0, CacheFormat.q4_0), (.float32, .fp8E4M3), (.q4_0, .bfloat16)])
    func keysAndValuesLieInFormatsOfTheirOwn(key: CacheFormat, value: CacheFormat) throws {
        let tokens = 100
        let inputs = try inputs(tokens: tokens)
        func cache(_ formats: CacheFormats) throws -> TokenCache {
            filled(
                try TokenCache(formats, .all(capacity: tokens), groups: 2, headDimension: Self.d), inputs,
                tokens: tokens)
        }
        let mixed = try cache(CacheFormats(key: key, value: value))
        let (ofKeys, ofValues) = (try cache(CacheFormats(key)), try cache(CacheFormats(value)))
        for slot in [0, 1, 63, 64, 99] {
            #expect(row(mixed, group: 1, slot: slot).key == row(ofKeys, group: 1, slot: slot).key)
            #expect(row(mixed, group: 1, slot: slot).value == row(ofValues, group: 1, slot: slot).value)
        }
        #expect(2 * mixed.allocatedBytes == ofKeys.allocatedBytes + ofValues.allocatedBytes)
    }

    /// Each product is chosen by the format of its own half. The conformance cases have many more.
    @Test(arguments: [
        CacheFormats(key: .q8_0, value: .q4_0), CacheFormats(key: .q4_0, value: .float16),
        CacheFormats(key: .bfloat16, value: .q8_0), CacheFormats(key: .fp8E4M3, value: .bfloat16),
    ])
    func aStepOverMixedFormatsIsRight(formats: CacheFormats) throws {
        for type in [ElementType.float32, .bfloat16] {
            let problem = try AttentionProblem(
                shape: AttentionShape(
                    queryHeads: 8, keyValueHeads: 2, queryLength: 1, keyLength: 600, headDimension: 64),
                mask: .causal, elementType: type, cacheFormat: formats)
            let inputs = AttentionInputs(shape: problem.shape, elementType: type, seed: 4)
            let step = try Kernel.decodeFull.prepare(for: problem, on: WorkerTeam())
            step.load(from: inputs)
            var output = Tensor(type, dimensions: AttentionInputs.queryDimensions(problem.shape))
            step.run(inputs, into: &output)
            let accuracy = Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
            #expect(accuracy.isAccepted, "\(formats) \(type): \(accuracy)")
        }
    }

    /// The latest tokens of KIVI wait together.
    @Test func kiviStandsBesideNoOtherFormat() {
        #expect(throws: UnsupportedProblem.self) {
            try TokenCache(
                CacheFormats(key: .kivi2, value: .q4_0), .all(capacity: 64), groups: 1, headDimension: Self.d)
        }
    }

    /// The block codes of the cache are those of the codecs, on blocks of every magnitude.
    @Test func encodesAsTheCodecs() {
        var generator = SplitMix64(seed: 3)
        for trial in 0..<2000 {
            var elements = SIMD32<Float>()
            let magnitude = Float(sign: .plus, exponent: trial % 40 - 24, significand: 1)
            for index in 0..<32 { elements[index] = Float.random(in: -1...1, using: &generator) * magnitude }
            // Half-way between two codes, where a product that is rounded once too few gets another one.
            if trial % 3 == 0 {
                let step = magnitude * Float.random(in: 0.5...1, using: &generator)
                for index in 0..<31 { elements[index] = step * (Float(index % 15) - 7.5) }
                elements[31] = -8 * step
            }
            if trial % 50 == 0 { elements = SIMD32(repeating: elements[0]) }
            if trial % 53 == 0 { elements[7] = .nan }
            if trial % 59 == 0 { elements[9] = .infinity }
            var floats = (0..<32).map { elements[$0] }
            for (codes, codec) in [
                (cache_codes_q8_0, BlockCodec.q80), (cache_codes_q4_0, .q40), (cache_codes_kivi2, .affine(bits: 2)),
            ] {
                var scale: [UInt16] = [0, 0]
                var result = [UInt32](repeating: 0, count: 32)
                cache_encode(codes, &floats, &scale, &result)
                let (step, minimum) = (Float(Float16(bitPattern: scale[0])), Float(Float16(bitPattern: scale[1])))
                var expected = SIMD32<Float>()
                withUnsafeTemporaryAllocation(byteCount: codec.byteCount, alignment: 2) {
                    codec.encode(elements, into: $0.baseAddress!)
                    expected = codec.decode($0.baseAddress!)
                }
                let bias: Float = codec == .q80 ? 128 : codec == .q40 ? 8 : 0
                for index in 0..<32 {
                    let value = minimum + step * (Float(result[index]) - bias)
                    #expect(
                        value == expected[index] || value.isNaN && expected[index].isNaN,
                        "\(codec) of \(elements): element \(index) is \(value), not \(expected[index])")
                }
            }
        }
    }

    /// Tokens one by one, or a cache that has seen more and rolled: the same rows as a cache that only ever held the last.
    @Test(arguments: [CacheFormat.float32, .float16, .q8_0, .q4_0])
    func rollsOverTheOldest(format: CacheFormat) throws {
        let (sinks, window, tokens) = (3, 70, 250)
        let inputs = try inputs(tokens: tokens)
        let retention = TokenRetention.rolling(sinks: sinks, window: window)
        let rolled = filled(
            try TokenCache(CacheFormats(format), retention, groups: 2, headDimension: Self.d), inputs, tokens: tokens)
        let whole = filled(
            try TokenCache(CacheFormats(format), .all(capacity: tokens), groups: 2, headDimension: Self.d), inputs,
            tokens: tokens)
        #expect(rolled.slotCount == sinks + window)
        for position in Array(0..<sinks) + Array(tokens - window..<tokens) {
            let slot = retention.slot(ofPosition: position)
            for group in 0..<2 {
                let (here, there) = (row(rolled, group: group, slot: slot), row(whole, group: group, slot: position))
                #expect(here.key == there.key && here.value == there.value, "position \(position) in slot \(slot)")
            }
        }
    }

    @Test func runsOfSlotsCoverTheTextInOrder() {
        for (sinks, window) in [(0, 5), (4, 9), (64, 100)] {
            for tokens in [1, sinks + window, sinks + window + 1, 3 * (sinks + window) + 2] {
                let retention = TokenRetention.rolling(sinks: sinks, window: window)
                var places: [Int: Int] = [:]
                for run in retention.runs(tokens: tokens) {
                    for slot in run.slots { places[slot] = run.origin + slot }
                }
                let kept = Array(0..<min(sinks, tokens)) + Array(max(sinks, tokens - window)..<max(sinks, tokens))
                for (place, position) in kept.enumerated() {
                    #expect(places[retention.slot(ofPosition: position)] == place, "\(sinks)+\(window) of \(tokens)")
                }
                #expect(places.count == kept.count)
            }
        }
    }

    @Test func forgetsWhatIsTakenBack() throws {
        let inputs = try inputs(tokens: 100)
        let cache = filled(
            try TokenCache(CacheFormats(.bfloat16), .all(capacity: 100), groups: 2, headDimension: Self.d), inputs,
            tokens: 90)
        cache.truncate(to: 70)
        #expect(cache.tokenCount == 70)
        #expect(row(cache, group: 1, slot: 70).key == [Float](repeating: 0, count: Self.d))
        #expect(row(cache, group: 1, slot: 69).key != [Float](repeating: 0, count: Self.d))
        cache.write(inputs, token: 70)
        #expect(cache.tokenCount == 71)
    }

    @Test(arguments: CacheFormat.allCases)
    func takesTheBytesThatItsFormatSays(format: CacheFormat) throws {
        let inputs = try inputs(tokens: 512)
        let cache = filled(
            try TokenCache(CacheFormats(format), .all(capacity: 512), groups: 2, headDimension: Self.d), inputs,
            tokens: 512)
        #expect(cache.byteCount == CacheFormats(format).byteCount(tokens: 512, keyValueHeads: 2, headDimension: Self.d))
        // Whole tiles of whole rows: but for KIVI's, which has room for a group more, not a byte is added.
        if format != .kivi2 { #expect(cache.allocatedBytes == cache.byteCount) }
    }

    @Test func refusesInOneSentence() throws {
        func message(_ format: CacheFormat, _ retention: TokenRetention, d: Int) -> String? {
            do {
                _ = try TokenCache(CacheFormats(format), retention, groups: 1, headDimension: d)
                return nil
            } catch { return "\(error)" }
        }
        #expect(
            message(.q8_0, .all(capacity: 9), d: 20)
                == "q8_0 stores blocks of 32 elements, which do not divide a head dimension of 20")
        #expect(
            message(.kivi2, .rolling(sinks: 0, window: 9), d: 32)
                == "kivi-2 groups keys along 32 tokens, which a rolling cache would remove one by one")
        #expect(message(.float32, .rolling(sinks: 4, window: 9), d: 20) == nil)
    }
}

struct DecodingTests {
    /// A text written token by token, each step held against prefill of the whole text.
    @Test func writingATextIsItsPrefill() throws {
        let (tokens, d) = (90, 24)
        let shape = try AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: tokens, headDimension: d)
        let text = AttentionInputs(shape: shape, seed: 9)
        let prefill = try Kernel.full.prepare(
            for: AttentionProblem(shape: shape, mask: .causal), on: WorkerTeam())
        var whole = Tensor(dimensions: AttentionInputs.queryDimensions(shape))
        prefill.run(text, into: &whole)
        for count in [1, 2, 63, 64, 65, 90] {
            let step = try AttentionShape(
                queryHeads: 4, keyValueHeads: 2, queryLength: 1, keyLength: count, headDimension: d)
            var inputs = AttentionInputs(shape: step)
            for head in 0..<4 {
                for x in 0..<d { inputs.query[head * d + x] = text.query[(head * tokens + count - 1) * d + x] }
            }
            for group in 0..<2 {
                for index in 0..<count * d {
                    inputs.key[group * count * d + index] = text.key[group * tokens * d + index]
                    inputs.value[group * count * d + index] = text.value[group * tokens * d + index]
                }
            }
            let kernel = try Kernel.decodeFull.prepare(
                for: AttentionProblem(shape: step, mask: .causal), on: WorkerTeam())
            var output = Tensor(dimensions: AttentionInputs.queryDimensions(step))
            kernel.load(from: inputs)
            kernel.run(inputs, into: &output)
            for head in 0..<4 {
                for x in 0..<d {
                    let expected = whole[(head * tokens + count - 1) * d + x]
                    #expect(abs(output[head * d + x] - expected) < 2e-6, "token \(count), head \(head), element \(x)")
                }
            }
        }
    }

    @Test func refusesPrefillAndOtherPositions() throws {
        let shape = try AttentionShape(queryLength: 2, keyLength: 5, headDimension: 8)
        func message(_ problem: AttentionProblem, _ kernel: Kernel) -> String? {
            do {
                _ = try kernel.prepare(for: problem, on: WorkerTeam())
                return nil
            } catch { return error.reason }
        }
        #expect(
            message(try AttentionProblem(shape: shape, mask: .causal), .decodeFull)
                == "decoding has one query, at the last of its keys; 2 queries are prefill")
        let one = try AttentionShape(queryLength: 1, keyLength: 5, headDimension: 8)
        let sinks = Mask.attentionSink(sinks: 9, window: 2)
        #expect(
            message(try AttentionProblem(shape: one, mask: sinks), .decodeSink)
                == "the positions of the problem are none, and those of this kernel cache-relative-rotary")
        #expect(message(try AttentionProblem(shape: one, mask: sinks), .decodeSinkUnrotated) == nil)
        #expect(
            message(try AttentionProblem(shape: one, mask: .causal, cacheFormat: CacheFormats(.q4_0)), .full)
                == "full has no cache and cannot store q4_0; use a decode kernel with a cache")
    }
}
