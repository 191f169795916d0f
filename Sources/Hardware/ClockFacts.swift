/// What reading a clock costs and how finely it counts, measured.
public struct ClockFacts: Hashable, Sendable {
    /// The smallest step between two readings that differ.
    public let resolutionNanoseconds: Double
    /// What one reading takes.
    public let overheadNanoseconds: Double

    /// - Precondition: the clock goes on; one that stands still for ten million readings is broken.
    public static func measure(_ clock: some NanosecondClock) -> ClockFacts {
        ClockFacts(resolutionNanoseconds: resolution(of: clock), overheadNanoseconds: overhead(of: clock))
    }

    /// The smallest of 200 steps.
    private static func resolution(of clock: some NanosecondClock) -> Double {
        (0..<200).map { _ in
            let start = clock.nanoseconds
            for _ in 0..<10_000_000 {
                let step = clock.nanoseconds - start
                if step > 0 { return Double(step) }
            }
            preconditionFailure("the clock stands still at \(start) ns")
        }.min()!
    }

    /// The best of 20 rounds of 1,000 readings: an interruption only ever adds.
    private static func overhead(of clock: some NanosecondClock) -> Double {
        let readings = 1_000
        return (0..<20).map { _ in
            let start = clock.nanoseconds
            var end = start
            for _ in 0..<readings { end = clock.nanoseconds }
            return Double(end - start) / Double(readings)
        }.min()!
    }
}
