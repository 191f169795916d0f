import Foundation

/// A clock that never goes back, read in nanoseconds. Tests replace it by a clock of their own.
public protocol NanosecondClock: Sendable {
    var nanoseconds: Int { get }
}

/// CLOCK_MONOTONIC: read in user space where the clock source is the TSC, so a reading costs some 20 ns.
public struct SystemClock: NanosecondClock {
    public init() {}

    public var nanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
