import Statistics
import Testing

@Suite struct DurationsTests {
    @Test func sortsAndSummarises() throws {
        let sample = try Durations([4, 1, 3, 2])
        #expect(sample.values == [1, 2, 3, 4])
        #expect(sample.minimum == 1 && sample.maximum == 4 && sample.median == 2.5)
        #expect(sample.quantile(0) == 1 && sample.quantile(1) == 4)
        #expect(abs(sample.quantile(0.95) - 3.85) < 1e-12)
    }

    @Test func theMedianOfAnyNumbers() {
        #expect([3.0, -1, 2].median == 2 && [4.0, 1, 10, 2].median == 3 && [7.0].median == 7)
    }

    @Test func refusesWhatIsNoDuration() {
        #expect(throws: DurationsError.empty) { try Durations([]) }
        #expect(throws: DurationsError.notADuration(0)) { try Durations([1, 0]) }
        #expect(throws: DurationsError.notADuration(-1)) { try Durations([1, -1]) }
        #expect(throws: DurationsError.notADuration(.infinity)) { try Durations([1, .infinity]) }
        #expect(throws: DurationsError.self) { try Durations([1, .nan]) }
        #expect(
            DurationsError.notADuration(-1).description
                == "-1.0 is not a duration; every value must be positive and finite")
    }

    @Test func countsOutliersAndKeepsThem() throws {
        // Quartiles 3.5 and 8.5, so the fences stand at -4 and 16 (mild), -11.5 and 23.5 (severe).
        let sample = try Durations([1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 30])
        #expect(sample.outliers == OutlierCounts(mild: 1, severe: 1))
        #expect(sample.count == 11)
        #expect(Summary(sample).outliers == sample.outliers)
    }
}
