import Attention
import Testing

struct Float8Tests {
    private static let codes = (0...UInt8.max).map(Float8E4M3.init(bitPattern:))
    /// Ascending from 0 to 448.
    private static let magnitudes = codes[0...0x7E]

    @Test(
        arguments: [
            (0x00, 0), (0x01, 0x1p-9), (0x07, 7 * 0x1p-9), (0x08, 0x1p-6), (0x38, 1), (0x39, 1.125), (0x7E, 448),
            (0xB8, -1), (0xFE, -448),
        ] as [(UInt8, Float)]) func codesHaveTheValuesOfTheSpecification(code: UInt8, value: Float)
    {
        #expect(Float(Float8E4M3(bitPattern: code)) == value)
    }

    @Test func everyCodeComesBack() {
        for code in Self.codes { #expect(Float8E4M3(Float(code)).bitPattern == code.bitPattern || Float(code).isNaN) }
        #expect(Self.codes.filter { Float($0).isNaN }.map(\.bitPattern) == [0x7F, 0xFF])
        #expect(Self.codes.allSatisfy { !Float($0).isInfinite })
        #expect(Float(Float8E4M3(-0.0)).sign == .minus)
    }

    @Test func magnitudesAscend() {
        let values = Self.magnitudes.map { Float($0) }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        #expect(values[1] == Float8E4M3.leastNonzeroMagnitude)
        #expect(values.last == Float8E4M3.greatestFiniteMagnitude)
    }

    @Test func midpointsGoToTheEvenCode() {
        for (low, high) in zip(Self.magnitudes, Self.magnitudes.dropFirst()) {
            let middle = (Float(low) + Float(high)) / 2
            let even = low.bitPattern.isMultiple(of: 2) ? low : high
            #expect(Float8E4M3(middle) == even, "between \(Float(low)) and \(Float(high))")
            #expect(Float8E4M3(-middle).bitPattern == even.bitPattern | 0x80)
            #expect(Float8E4M3(middle.nextDown) == low)
            #expect(Float8E4M3(middle.nextUp) == high)
        }
    }

    @Test func everythingGoesToTheNearest() {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<2000 {
            let exponent = Int.random(in: -14...8, using: &generator)
            let value =
                Float.random(in: -1...1, using: &generator) * Float(sign: .plus, exponent: exponent, significand: 1)
            let distance = abs(Float(Float8E4M3(value)) - value)
            #expect(Self.magnitudes.allSatisfy { abs(Float($0) - abs(value)) >= distance })
        }
    }

    @Test(arguments: [448.1, 464, 500, 1e30, .infinity] as [Float]) func whatIsTooLargeSaturates(value: Float) {
        #expect(Float(Float8E4M3(value)) == 448)
        #expect(Float(Float8E4M3(-value)) == -448)
    }

    @Test func notANumberStays() {
        #expect(Float8E4M3(.nan).bitPattern & 0x7F == 0x7F)
        #expect(Float(Float8E4M3(.nan)).isNaN)
    }
}
