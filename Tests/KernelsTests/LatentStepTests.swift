import Attention
import Hardware
import Records
import Testing

@testable import Kernels

/// A step over latents beside one over keys and values that are the same numbers. Its formula is the oracle of `ConformanceTests`.
@Suite struct LatentStepTests {
    private static func problem(
        _ shape: AttentionShape, values: Int, type: ElementType = .float32, scale: Float? = nil
    ) throws -> AttentionProblem {
        try AttentionProblem(
            shape: shape, mask: .causal, elementType: type, scale: scale, latent: LatentValues(dimension: values))
    }

    private static func shape(
        batch: Int = 1, heads: Int, tokens: Int, d: Int
    ) throws -> AttentionShape {
        try AttentionShape(
            batch: batch, queryHeads: heads, keyValueHeads: 1, queryLength: 1, keyLength: tokens, headDimension: d)
    }

    /// Of a call that goes through the pairs that the kernel states.
    private static func output(
        _ kernel: Kernel, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs, threads: Int = 1
    ) throws -> [Float] {
        let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: threads))
        instance.load(from: inputs)
        var output = kernel.phase.output(of: problem)
        output.spoil()
        instance.run(inputs, into: &output)
        #expect(instance.countedPairs == kernel.computedPairs(for: problem))
        return output.elements(0..<output.count)
    }

    /// Inputs whose keys are changed.
    private static func inputs(
        _ problem: AttentionProblem, seed: UInt64 = 5, _ change: (inout AttentionInputs) -> Void = { _ in }
    ) -> AttentionInputs {
        var inputs = AttentionInputs(of: problem, .decode, seed: seed)
        change(&inputs)
        return inputs
    }

    private static func isRight(
        _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs, _ kernel: Kernel = .decodeLatent
    ) throws -> Bool {
        let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: 2))
        instance.load(from: inputs)
        var output = Phase.decode.output(of: problem)
        output.spoil()
        instance.run(inputs, into: &output)
        return Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem)).isAccepted
    }

    /// Values that are copies of the keys: `decode-full` computes the same, and more elements.
    @Test func aStepIsThatOverKeysAndValuesThatAreAlike() throws {
        for (heads, d, m) in [(1, 20, 20), (7, 36, 24), (40, 24, 1), (64, 72, 64)] {
            let shape = try Self.shape(batch: 2, heads: heads, tokens: 700, d: d)
            let latents = try Self.problem(shape, values: m)
            let inputs = Self.inputs(latents)
            let found = try Self.output(.decodeLatent, latents, inputs)
            let keys = inputs.key.elements(0..<inputs.key.count)
            var copies = AttentionInputs(shape: shape)
            for index in 0..<inputs.query.count { copies.query[index] = inputs.query[index] }
            for (index, key) in keys.enumerated() { (copies.key[index], copies.value[index]) = (key, key) }
            let expected = try Self.output(.decodeFull, AttentionProblem(shape: shape, mask: .causal), copies)
            #expect(found.count == 2 * heads * m)
            for (index, element) in found.enumerated() {
                let (row, x) = index.quotientAndRemainder(dividingBy: m)
                let other = expected[row * d + x]
                #expect(abs(element - other) < 1e-5, "\(heads) \(index)")
            }
        }
    }

    /// The oracle of latents is that of a tensor of values.
    @Test func theOracleReadsValuesFromTheKeys() throws {
        let shape = try Self.shape(batch: 2, heads: 3, tokens: 50, d: 12)
        let latents = try Self.problem(shape, values: 7)
        let inputs = Self.inputs(latents)
        var copies = AttentionInputs(shape: shape)
        for index in 0..<inputs.query.count { copies.query[index] = inputs.query[index] }
        for index in 0..<inputs.key.count {
            (copies.key[index], copies.value[index]) = (inputs.key[index], inputs.key[index])
        }
        let plain = try AttentionProblem(shape: shape, mask: .causal)
        for head in 0..<6 {
            let row = ReferenceAttention.row(0, ofHead: head, of: latents, inputs)
            let whole = ReferenceAttention.row(0, ofHead: head, of: plain, copies)
            #expect(row == Array(whole.prefix(7)))
        }
    }

    /// Several ranges, blocks of heads and batches, in each element type and by each product: the oracle's, on any number of threads.
    @Test(arguments: ElementType.allCases) func longerCachesAreThoseOfTheOracle(type: ElementType) throws {
        for (batch, heads, tokens, d, m) in [(1, 128, 2049, 72, 64), (2, 33, 3001, 20, 11), (3, 5, 1025, 9, 9)] {
            let problem = try Self.problem(
                Self.shape(batch: batch, heads: heads, tokens: tokens, d: d), values: m, type: type, scale: 0.2)
            let inputs = Self.inputs(problem)
            let rows = Accuracy.sampledRows(of: problem, pairBudget: 1 << 17, atMost: 60, seed: 1)
            let expected = ExpectedRows(for: problem, inputs, rows)
            for product in Tuning.BFloat16Product.allCases where type == .bfloat16 || product == .dot {
                var tuning = Tuning.standard
                tuning.bfloat16.prefill = product
                let kernel = Kernel.decodeLatent.tuned(by: tuning)
                let alone = try Self.output(kernel, problem, inputs)
                var output = Phase.decode.output(of: problem)
                for (index, element) in alone.enumerated() { output[index] = element }
                let accuracy = expected.accuracy(of: output)
                #expect(accuracy.isAccepted, "\(product) \(accuracy.excess)")
                #expect(try Self.output(kernel, problem, inputs, threads: 3) == alone)
            }
        }
    }

    /// Every call is the same step: the last token is written at its place again. Other contents forget the ones before.
    @Test func callsAreAlikeAndContentsAreForgotten() throws {
        let problem = try Self.problem(Self.shape(heads: 3, tokens: 600, d: 12), values: 8, type: .bfloat16)
        let instance = try Kernel.decodeLatent.prepare(for: problem, on: WorkerTeam())
        let first = Self.inputs(problem, seed: 1)
        let second = Self.inputs(problem, seed: 2)
        var outputs: [[Float]] = []
        func call(_ inputs: borrowing AttentionInputs) {
            var output = Phase.decode.output(of: problem)
            instance.run(inputs, into: &output)
            outputs.append(output.elements(0..<output.count))
        }
        instance.load(from: first)
        call(first)
        call(first)
        instance.load(from: second)
        call(second)
        instance.load(from: first)
        call(first)
        #expect(outputs[0] == outputs[1])
        #expect(outputs[0] == outputs[3])
        #expect(outputs[0] != outputs[2])
    }

    /// A range of which every score is −∞ has no weight. What its values are does not matter, unless they are not finite: a weight of 0
    /// times these is NaN.
    @Test(arguments: ElementType.allCases) func aRangeWithoutAFiniteScoreHasNoWeight(type: ElementType) throws {
        let (d, m) = (12, 8)
        let problem = try Self.problem(Self.shape(heads: 2, tokens: 1300, d: d), values: m, type: type)
        func hidden(in element: Int) -> AttentionInputs {
            Self.inputs(problem) { inputs in
                for head in 0..<2 { inputs.query[head * d + element] = 1 }
                for token in 0..<600 { inputs.key[token * d + element] = -.infinity }
            }
        }
        let behind = hidden(in: d - 1)
        #expect(try Self.isRight(problem, behind))
        #expect(try Self.output(.decodeLatent, problem, behind).allSatisfy(\.isFinite))
        let within = hidden(in: 2)
        #expect(try Self.isRight(problem, within))
        let found = try Self.output(.decodeLatent, problem, within)
        for (index, element) in found.enumerated() { #expect(element.isNaN == (index % m == 2), "\(index)") }
    }

    /// One row that is not finite reaches the heads that see it, which are all.
    @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNotFiniteIsThatOfTheFormula(element: Float) throws {
        for (type, place) in [(ElementType.float32, 0), (.bfloat16, 0), (.float16, 11)] {
            let problem = try Self.problem(Self.shape(heads: 40, tokens: 700, d: 12), values: 8, type: type)
            let inputs = Self.inputs(problem) { $0.key[650 * 12 + place] = element }
            #expect(try Self.isRight(problem, inputs), "\(type) \(place)")
        }
    }

    /// Words that the product of pairs of bfloat16 takes for 0, in values and in queries; and scores beyond float32.
    @Test(arguments: [Float(0x1p-128), 0x1p-100, 0x1p-64, 1e18]) func magnitudesAtTheEndsAreKept(size: Float) throws {
        for (heads, tokens) in [(3, 90), (17, 601)] {
            let (d, m) = (10, 6)
            let problem = try Self.problem(Self.shape(heads: heads, tokens: tokens, d: d), values: m, type: .bfloat16)
            let values = Self.inputs(problem) { inputs in
                for index in 0..<inputs.key.count where index % d < m { inputs.key[index] *= size }
                for index in 0..<inputs.query.count where index % d < m { inputs.query[index] = 0 }
            }
            #expect(try Self.isRight(problem, values), "values of \(size)")
            let queries = Self.inputs(problem) { inputs in
                for index in 0..<inputs.query.count { inputs.query[index] *= size }
                if size > 1 { for index in 0..<inputs.key.count { inputs.key[index] *= size } }
            }
            #expect(try Self.isRight(problem, queries), "queries of \(size)")
        }
    }

    /// Heads of a model that all look at the keys of the first one.
    @Test func agreesOnRealActivations() throws {
        let (heads, tokens, d) = (RealActivations.heads, RealActivations.tokens, RealActivations.headDimension)
        let real = RealActivations.inputs()
        let problem = try Self.problem(Self.shape(heads: heads, tokens: tokens, d: d), values: 24)
        var query = Tensor(dimensions: [1, heads, 1, d])
        var key = Tensor(dimensions: [1, 1, tokens, d])
        for head in 0..<heads {
            let last = ((head + 1) * tokens - 1) * d
            for x in 0..<d { query[head * d + x] = real.query[last + x] }
        }
        for index in 0..<tokens * d { key[index] = real.key[index] }
        #expect(try Self.isRight(problem, AttentionInputs(query: query, latents: key)))
    }

    /// Faults that such a kernel may have: values from the end of a row, one element more or less, a token that is left out.
    @Test func plantedFaultsAreFound() throws {
        let (d, m, tokens) = (12, 8, 300)
        let problem = try Self.problem(Self.shape(heads: 2, tokens: tokens, d: d), values: m)
        let inputs = Self.inputs(problem)
        let right = try Self.output(.decodeLatent, problem, inputs)
        let expected = ExpectedRows(for: problem, inputs, Accuracy.allRows(of: problem))
        func isAccepted(_ element: (Int) -> Float) -> Bool {
            var output = Phase.decode.output(of: problem)
            for index in 0..<output.count { output[index] = element(index) }
            return expected.accuracy(of: output).isAccepted
        }
        #expect(isAccepted { right[$0] })
        let whole = try Self.output(.decodeLatent, Self.problem(problem.shape, values: d), inputs)
        func place(_ index: Int) -> Int { index / m * d + index % m }
        #expect(isAccepted { whole[place($0)] })
        #expect(!isAccepted { whole[place($0) + d - m] })
        #expect(!isAccepted { whole[$0] })
        let fewer = try Self.problem(Self.shape(heads: 2, tokens: tokens - 1, d: d), values: m)
        let without = try Self.output(.decodeLatent, fewer, inputs)
        #expect(!isAccepted { without[$0] })
    }

    @Test func otherKernelsDoNotTakeIt() throws {
        let shape = try Self.shape(heads: 4, tokens: 40, d: 8)
        let latents = try Self.problem(shape, values: 6)
        let plain = try AttentionProblem(shape: shape, mask: .causal)
        for kernel in [Kernel.decodeFull, .reference, .full, .decodeRecompute] {
            #expect(throws: UnsupportedProblem.self) { try kernel.requireSupport(of: latents) }
        }
        func refusal(_ problem: AttentionProblem) -> String? {
            do throws(UnsupportedProblem) {
                try Kernel.decodeLatent.requireSupport(of: problem)
                return nil
            } catch { return error.reason }
        }
        #expect(refusal(latents) == nil)
        #expect(
            refusal(plain)
                == "decode-latent reads values from the first elements of keys, and the problem does not say from how many"
        )
        let quantised = try AttentionProblem(
            shape: shape, mask: .causal, cacheFormat: CacheFormats(.q8_0), latent: LatentValues(dimension: 6))
        #expect(
            refusal(quantised)
                == "decode-latent stores latents as float32, the element type of the problem, not as q8_0")
    }

    /// One row a token in the cache, and little beside it where contexts are long.
    @Test func memoryIsThatOfTheRows() throws {
        let problem = try Self.problem(Self.shape(heads: 128, tokens: 1 << 17, d: 576), values: 512, type: .bfloat16)
        let rows: Int = 1152 << 17
        let bytes = try #require(Kernel.decodeLatent.scratchBytes(for: problem, threads: 2))
        #expect(bytes > rows && bytes < rows + rows * 15 / 100)
        let pairs: Int = 128 << 17
        #expect(Kernel.decodeLatent.computedPairs(for: problem) == pairs)
    }
}
