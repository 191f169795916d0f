import Foundation
import Statistics
import Testing

@testable import Analysis

@Suite struct LinearGrowthTests {
    private func growth(_ exponent: Double, sizes: Int = 8) -> LinearGrowth? {
        let work = (0..<sizes).map { pow(2, Double($0)) * 1e6 }
        return LinearGrowth(
            work: work,
            times: work.enumerated().map { index, work in
                let seconds = 1e-6 + 1e-9 * pow(work, exponent) * (1 + 0.002 * sin(Double(7 * index)))
                return Estimate(value: seconds, low: seconds * 0.996, high: seconds * 1.004, level: 0.95)
            })
    }

    @Test func aPlantedExponentIsFound() throws {
        for exponent in [0.8, 1, 1.3] {
            let found = try #require(growth(exponent))
            #expect(abs(found.exponent.value - exponent) < 0.003, "\(found)")
            #expect(found.verdict == (exponent == 1 ? .matches : .deviates))
        }
    }

    @Test func theLawGivesTheTimeOfOtherWork() throws {
        let time = try #require(growth(1)).time(work: 1e9)
        #expect(abs(time.value - 1) < 0.02 && time.low < time.value && time.high < 1.1, "\(time)")
    }

    @Test func oneSizeHasNoLaw() { #expect(growth(1, sizes: 1) == nil) }
}
