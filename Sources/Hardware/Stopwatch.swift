/// The time since it was started, on any clock: one that a test sets, or the system's.
public struct Stopwatch: Sendable {
    private let clock: any NanosecondClock
    private let startNanoseconds: Int

    /// Starts now.
    public init(_ clock: any NanosecondClock = SystemClock()) {
        self.clock = clock
        startNanoseconds = clock.nanoseconds
    }

    public var nanoseconds: Int { clock.nanoseconds - startNanoseconds }

    public var seconds: Double { Double(nanoseconds) / 1e9 }
}
