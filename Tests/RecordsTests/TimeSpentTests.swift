import Foundation
import Testing

@testable import Records

@Suite struct TimeSpentTests {
    @Test func whatALaterBuildAddsIsLeftOut() throws {
        let text = #"{"sampling": 40.5, "dreaming": 3, "probing": 1.25}"#
        let spent = try JSONDecoder().decode(TimeSpent.self, from: Data(text.utf8))
        #expect(spent[.sampling] == 40.5 && spent[.probing] == 1.25 && spent[.checking] == 0)
        #expect(spent.total == 41.75)
        #expect(try JSONDecoder().decode(TimeSpent.self, from: JSONEncoder().encode(spent)) == spent)
    }

    @Test func noRunTakesLessThanNoTime() throws {
        let conditions = LaunchConditions(
            seconds: 1, hertzBefore: 1, hertzAfter: 1, stolenShare: nil, waitingShare: nil, throttledPeriods: nil)
        func fault(_ seconds: Double) -> String? {
            var spent = TimeSpent()
            spent[.sampling] = seconds
            return LaunchRecord(
                launch: 1, startedAt: "", paddingBytes: 0, conditions: conditions, secondsSpent: spent
            ).implausibility
        }
        #expect(fault(60) == nil)
        #expect(fault(-1) == "`secondsSpent` comes to -1.0, and not to a number from 0 to 1e9")
    }
}
