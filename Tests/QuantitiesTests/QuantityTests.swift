import Statistics
import Testing

@testable import Quantities

@Suite struct QuantityTests {
    @Test(arguments: [
        (12.0, "12 ns"), (1_234.0, "1.2 µs"), (999_990.0, "1.0 ms"), (1.5e9, "1.5 s"), (119e9, "120 s"),
        (120e9, "2.0 min"), (54_000e9, "15 h"), (259_200e9, "3.0 days"), (1e18, "32 years"),
    ])
    func timeTakesTheUnitThatFits(nanoseconds: Double, text: String) {
        #expect(Quantity.time(nanoseconds: nanoseconds) == text)
    }

    @Test func timeShowsWhatItsIntervalSupports() {
        func time(_ value: Double, _ interval: ClosedRange<Double>) -> Estimate {
            Estimate(value: value, low: interval.lowerBound, high: interval.upperBound, level: 0.95)
        }
        #expect(Quantity.time(time(1_234_567, 1_230_000...1_240_000)) == "1.235 ms")
        #expect(Quantity.time(time(1_234_567, 1_100_000...1_300_000)) == "1.23 ms")
        #expect(Quantity.time(time(1_234_567, 800_000...1_900_000)) == "1.2 ms")
        #expect(Quantity.timeInterval(time(1_234_567, 1_100_000...1_300_000)) == "[1.10, 1.30]")
        #expect(Quantity.timeInterval(time(3e12, 324e9...172_800e9)) == "[5.4 min, 48 h]")
        #expect(Quantity.time(time(1_234_567, 1_234_567...1_234_567)) == "1.23 ms", "no interval")
    }

    /// Half-width, then what is printed of 1.23456 within it.
    @Test(arguments: [
        (0.2, "1.2 ± 0.2"), (0.13, "1.23 ± 0.13"), (0.051, "1.23 ± 0.05"), (0.0096, "1.235 ± 0.010"),
        (0.0061, "1.235 ± 0.006"), (1e-9, "1.2346 ± 0.0000"), (0.0, "1.23"), (3.0, "1.2 ± 3.0"),
    ])
    func estimateKeepsOneDigitOfItsHalfWidthOrTwoAfterAOne(halfWidth: Double, text: String) {
        let estimate = Estimate(value: 1.23456, low: 1.23456 - halfWidth, high: 1.23456 + halfWidth, level: 0.95)
        #expect(Quantity.estimate(estimate) == text)
    }

    @Test func aLopsidedIntervalShowsItsEnds() {
        #expect(Quantity.estimate(Estimate(value: 1.5, low: 1.42, high: 1.9, level: 0.95)) == "1.5 [1.4, 1.9]")
    }

    @Test func intervalsShareTheDigitsOfTheValue() {
        let tokens = Estimate(value: 1_412.3, low: 1_361.0, high: 1_478.2, level: 0.95)
        #expect(Quantity.interval(tokens, unit: "tokens") == "1,410 tokens [1,360, 1,480]")
        let ratio = Estimate(value: 2.041, low: 2.02, high: 2.061, level: 0.95)
        #expect(Quantity.interval(ratio, unit: "×") == "2.04× [2.02, 2.06]")
        #expect(Quantity.interval(Estimate(value: 2, low: 2, high: 2, level: 0)) == "2.00")
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "0.999 KiB"), (999, "999 B"), (65_536, "64.0 KiB"), (17_301_504, "16.5 MiB"),
        (1 << 34, "16.0 GiB"), (1 << 62, "4,100 PiB"),
    ])
    func bytesAreBinary(count: Int, text: String) { #expect(Quantity.bytes(count) == text) }

    @Test func ratesFractionsAndFactors() {
        #expect(Quantity.flops(perSecond: 54.23e9) == "54.2 GFLOP/s")
        #expect(Quantity.flops(perSecond: 999.96e9) == "1.00 TFLOP/s")
        #expect(Quantity.bytes(perSecond: 11.42e9) == "11.4 GB/s")
        #expect(Quantity.percent(0.912) == "91 %")
        #expect(Quantity.percent(0.0421) == "4.2 %")
        #expect(Quantity.percent(1.004) == "100 %")
        #expect(Quantity.percent(0.0814, place: -1) == "8.1 %" && Quantity.percent(0.996, place: 0) == "100 %")
        #expect(Quantity.ratio(2.044) == "2.04×")
        #expect(Quantity.ratio(31.97) == "32.0×")
        #expect(Quantity.factor(low: 46_154, high: 63_180) == "×/÷ 1.17")
    }

    /// A results file can hold any number, and each has to be written.
    @Test func everyNumberCanBeWritten() {
        let texts = [Double.nan, .infinity, -.infinity, 1e300, -2.5e-300, 1e18, Double.leastNonzeroMagnitude].map {
            Quantity.significant($0, digits: 2)
        }
        #expect(texts == ["–", "∞", "−∞", "1.0e+300", "−2.5e−300", "1.0e+18", "4.9e−324"])
        for value in [Double.nan, .infinity, -1, 0, 1e-300, 1e308] {
            #expect(!Quantity.time(nanoseconds: value).isEmpty)
            #expect(!Quantity.flops(perSecond: value).isEmpty)
            #expect(!Quantity.ratio(value).isEmpty)
            #expect(!Quantity.factor(low: value, high: 1).isEmpty)
        }
    }

    @Test func tokensAreShortOnlyWhereExact() {
        #expect(Quantity.tokens(16_384) == "16K")
        #expect(Quantity.tokens(10 << 20) == "10M")
        #expect(Quantity.tokens(10_000_000) == "10,000,000")
        #expect(Quantity.tokens(724) == "724")
    }
}
