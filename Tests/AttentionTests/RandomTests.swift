import Testing

@testable import Attention

@Suite struct SplitMix64Tests {
    /// The first values of the authors' C code (Vigna's splitmix64.c) for the seeds 0 and 1234567.
    @Test func knownValues() {
        var zero = SplitMix64(seed: 0)
        #expect(
            [zero.next(), zero.next(), zero.next()]
                == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
        var other = SplitMix64(seed: 1_234_567)
        #expect(
            [other.next(), other.next(), other.next()]
                == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    @Test(arguments: [0, 1, UInt64.max]) func valuesCanBeHadOutOfOrder(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for index in 0..<100 { #expect(generator.next() == SplitMix64.value(seed: seed, index: UInt64(index))) }
    }
}

@Suite struct AttentionInputsTests {
    private let shape = try! AttentionShape(queryHeads: 4, keyValueHeads: 2, queryLength: 512, headDimension: 64)

    private func values(_ tensor: borrowing Tensor) -> [Float] { tensor.withFloats(Array.init) }

    /// Irwin–Hall of four uniforms, scaled: mean 0, variance 1, kurtosis 3 − 1.2/4 = 2.7, |x| < 3.47. The bounds are
    /// six standard errors of 131,072 values.
    @Test(arguments: [0, 7, UInt64.max]) func valuesAreNearlyNormal(seed: UInt64) {
        let inputs = AttentionInputs(shape: shape, seed: seed)
        let x = values(inputs.query).map(Double.init)
        let n = Double(x.count)
        let mean = x.reduce(0, +) / n
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        let fourth = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) } / n
        #expect(abs(mean) < 6 / n.squareRoot())
        #expect(abs(variance - 1) < 6 * (1.7 / n).squareRoot())
        #expect(abs(fourth / (variance * variance) - 2.7) < 0.08)
        #expect(x.allSatisfy { abs($0) < 3.47 })
    }

    @Test func theSeedDecidesEverything() {
        let first = AttentionInputs(shape: shape, seed: 3)
        let second = AttentionInputs(shape: shape, seed: 3)
        #expect(values(first.query) == values(second.query))
        #expect(values(first.key) == values(second.key))
        #expect(values(first.value) == values(second.value))
        let other = AttentionInputs(shape: shape, seed: 4)
        #expect(values(first.query) != values(other.query))
    }

    @Test func queryKeyAndValueAreIndependent() {
        let inputs = AttentionInputs(shape: shape, seed: 3)
        let (q, k, v) = (values(inputs.query), values(inputs.key), values(inputs.value))
        for (a, b) in [(q, k), (q, v), (k, v)] {
            let products = zip(a, b).map { Double($0 * $1) }
            #expect(abs(products.reduce(0, +)) / Double(products.count) < 6 / Double(products.count).squareRoot())
        }
    }

    @Test func sizesFollowTheShape() {
        let inputs = AttentionInputs(shape: shape)
        #expect(inputs.query.dimensions == [1, 4, 512, 64])
        #expect(inputs.key.dimensions == [1, 2, 512, 64])
        #expect(inputs.value.dimensions == [1, 2, 512, 64])
        #expect(values(inputs.value).allSatisfy { $0 == 0 })
    }
}
