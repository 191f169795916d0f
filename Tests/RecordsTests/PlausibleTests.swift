import Testing
import TestSupport

@testable import Records

/// Numbers that are well-formed and that nothing measures.
@Suite struct PlausibleTests {
    @Test(arguments: [0, -1, 0.5, .infinity, .nan, 1e31]) func aPeakIsAPositiveNumber(peak: Double) {
        let ceilings = [
            Ceilings(flopsPerSecond: .init(float32: peak, bfloat16: nil), readBytesPerSecond: 1e9),
            Ceilings(flopsPerSecond: .init(float32: 1e9, bfloat16: peak), readBytesPerSecond: 1e9),
            Ceilings(flopsPerSecond: .init(float32: 1e9, bfloat16: nil), readBytesPerSecond: peak),
        ]
        for one in ceilings { #expect(one.implausibility?.contains("it must be from 1 to 1e30 per second") == true) }
        #expect(
            Ceilings(flopsPerSecond: .init(float32: 1e9, bfloat16: nil), readBytesPerSecond: 1e9).implausibility == nil)
    }

    @Test(arguments: [(0.0, 0.1), (65, 0.1), (.nan, 0.1), (4, -0.1), (4, .infinity), (4, .nan)])
    func aCacheFormatHasBitsAndErrors(bits: Double, error: Double) {
        func quality(_ bits: Double, error: Double) -> CacheQuality {
            CacheQuality(
                scheme: "s", bitsPerElement: bits, keysArePerChannel: false,
                errors: [.init(sample: .normal, keys: error, values: error, output: error)])
        }
        #expect(quality(bits, error: error).implausibility != nil)
        #expect(quality(4, error: 0).implausibility == nil)
    }
}
