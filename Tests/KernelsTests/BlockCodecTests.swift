import Attention
import Testing

@testable import Kernels

struct BlockCodecTests {
    private static let codecs: [BlockCodec] = [.q80, .q40, .affine(bits: 2), .affine(bits: 4)]

    @Test func bitsCountTheScales() {
        #expect(Self.codecs.map(\.byteCount) == [34, 18, 12, 20])
        #expect(Self.codecs.map(\.bitsPerElement) == [8.5, 4.5, 3, 5])
    }

    @Test func q80AsGgmlWritesIt() {
        var elements = Self.elements { Float($0) }
        elements[28...31] = [0.5, -0.5, 2.5, -127]
        // The largest magnitude is 127, so the scale is 1, 0x3C00; halves go away from zero.
        let expected = [0x00, 0x3C] + (0..<28).map { UInt8($0) } + [1, 0xFF, 3, 0x81]
        #expect(Self.bytes(.q80, elements) == expected)
    }

    @Test func q40AsGgmlWritesIt() {
        // −8 over −8 is a scale of 1; 8 is cut off at 7; nibbles are 8 more than the steps.
        var elements = Self.elements { _ in 0 }
        (elements[0], elements[16]) = (-8, 7)
        (elements[1], elements[17]) = (1, 8)
        let zeros = [UInt8](repeating: 0x88, count: 14)
        #expect(Self.bytes(.q40, elements) == [0x00, 0x3C, 0xF0, 0xF9] + zeros)
        // The first of two equal magnitudes decides the sign: a scale of −1, 0xBC00.
        (elements[0], elements[17]) = (8, -8)
        #expect(Self.bytes(.q40, elements) == [0x00, 0xBC, 0x10, 0xF7] + zeros)
        #expect(Self.decoded(.q40, elements) == Self.elements { [0: 8, 1: 1, 16: 7, 17: -7][$0] ?? 0 })
    }

    @Test func affineBlocksFillWordsFromTheLowestBit() {
        let two = Self.elements { Float($0 % 4) - 1 }
        // A step of 1 from a minimum of −1, 0xBC00; 3210 in pairs of bits is 0xE4.
        #expect(Self.bytes(.affine(bits: 2), two) == [0x00, 0x3C, 0x00, 0xBC] + .init(repeating: 0xE4, count: 8))
        let four = Self.elements { Float($0 % 16) / 2 }
        let codes: [UInt8] = [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE]
        #expect(Self.bytes(.affine(bits: 4), four) == [0x00, 0x38, 0x00, 0x00] + codes + codes)
    }

    @Test(arguments: codecs) func whatTheIntegersCountIsExact(codec: BlockCodec) {
        let elements = Self.elements { index in
            switch codec {
            case .q80: -0.25 * Float(4 * index + 3)
            case .q40: -0.25 * Float(index % 9)
            case .affine(let bits): -0.25 * Float(index % (1 << bits))
            }
        }
        #expect(Self.decoded(codec, elements) == elements)
    }

    @Test(arguments: codecs) func equalElementsComeBackToTheRoundingOfTheScale(codec: BlockCodec) {
        for value in [0, 1.5, -3] as [Float] {
            let decoded = Self.decoded(codec, Self.elements { _ in value })
            #expect(decoded.indices.allSatisfy { abs(decoded[$0] - value) <= abs(value) * 0x1p-11 })
        }
    }

    /// Half a step, and what rounding scale and minimum to float16 adds at the far end of the integers.
    @Test(arguments: codecs, [0.001, 1, 700] as [Float]) func errsByHalfAStep(codec: BlockCodec, size: Float) {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<200 {
            let elements = Self.elements { _ in Float.random(in: -size...size, using: &generator) }
            let decoded = Self.decoded(codec, elements)
            let (low, high) = (elements.min(), elements.max())
            let largest = max(high, -low)
            for index in elements.indices {
                let error = abs(decoded[index] - elements[index])
                let allowed: Float =
                    switch codec {
                    case .q80: largest / 127 / 2
                    // One side of zero has a step less than the other.
                    case .q40: abs(elements[index]) > 7.5 / 8 * largest ? largest / 8 : largest / 8 / 2
                    case .affine(let bits): (high - low) / Float((1 << bits) - 1) / 2
                    }
                // Twice float16's relative rounding, or its absolute one at a scale below 2⁻¹⁴.
                let rounding = largest * 0x1p-10 + 128 * 0x1p-24
                #expect(error <= allowed + rounding, "\(elements[index]) became \(decoded[index])")
            }
        }
    }

    @Test(arguments: codecs, [.nan, .infinity, -.infinity] as [Float])
    func whatIsNotFiniteSpreadsAndStaysInItsBlock(codec: BlockCodec, value: Float) {
        var elements = Self.elements { Float($0) }
        elements[20] = value
        let decoded = Self.decoded(codec, elements)
        #expect(decoded.indices.allSatisfy { decoded[$0].isNaN })
    }

    @Test(arguments: codecs) func scalesPastFloat16AreNaN(codec: BlockCodec) {
        let decoded = Self.decoded(codec, Self.elements { $0 == 3 ? 1e9 : 0 })
        #expect(decoded.indices.allSatisfy { decoded[$0].isNaN })
    }

    @Test(arguments: codecs) func whatIsTooSmallForAScaleIsZero(codec: BlockCodec) {
        #expect(Self.decoded(codec, Self.elements { Float($0) * 1e-30 }) == .zero)
    }

    private static func elements(_ value: (Int) -> Float) -> SIMD32<Float> {
        var elements = SIMD32<Float>()
        for index in elements.indices { elements[index] = value(index) }
        return elements
    }

    /// The bytes of a block that stands at an odd address between two guards.
    private static func bytes(_ codec: BlockCodec, _ elements: SIMD32<Float>) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xA5, count: codec.byteCount + 2)
        bytes.withUnsafeMutableBytes { codec.encode(elements, into: $0.baseAddress! + 1) }
        #expect(bytes.first == 0xA5 && bytes.last == 0xA5, "\(codec) writes \(codec.byteCount) bytes")
        return Array(bytes.dropFirst().dropLast())
    }

    private static func decoded(_ codec: BlockCodec, _ elements: SIMD32<Float>) -> SIMD32<Float> {
        bytes(codec, elements).withUnsafeBytes { codec.decode($0.baseAddress!) }
    }
}

extension SIMD32<Float> {
    fileprivate subscript(range: ClosedRange<Int>) -> [Float] {
        get { range.map { self[$0] } }
        set { for (index, value) in zip(range, newValue) { self[index] = value } }
    }
}
