import CProcessor

/// How fast the core's clock really ran, which many systems (every virtual machine) do not tell.
///
/// An addition that waits for the one before it takes one cycle on every CPU that this project knows, so a chain of them
/// counts cycles. Rounds are short, and the fastest counts: an interruption only ever slows one.
public struct ClockRate: Hashable, Sendable {
    public let hertz: Double
    /// The fastest round of the first half against that of the second: how steady the clock was meanwhile.
    public let change: Double

    private static let additions = 1_000_000
    private static let rounds = 40

    /// Takes about ten milliseconds, on the calling thread.
    public static func measure(_ clock: any NanosecondClock = SystemClock()) -> ClockRate {
        let rates = (0..<rounds).map { _ in
            let watch = Stopwatch(clock)
            _ = dependent_additions(additions / 100)
            return Double(additions) / Double(max(1, watch.nanoseconds)) * 1e9
        }
        let (first, second) = (rates[..<(rounds / 2)].max()!, rates[(rounds / 2)...].max()!)
        return ClockRate(hertz: max(first, second), change: second / first - 1)
    }

    init(hertz: Double, change: Double) {
        self.hertz = hertz
        self.change = change
    }
}
