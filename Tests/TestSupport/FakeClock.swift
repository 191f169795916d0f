import Hardware
import Synchronization

/// A clock that moves only when it is told to, or by a fixed step at each reading.
public final class FakeClock: NanosecondClock {
    private let time: Atomic<Int>
    private let step: Int

    public init(nanoseconds: Int = 0, stepPerReading: Int = 0) {
        time = Atomic(nanoseconds)
        step = stepPerReading
    }

    public var nanoseconds: Int { time.wrappingAdd(step, ordering: .relaxed).oldValue }

    public func advance(nanoseconds: Int) { time.wrappingAdd(nanoseconds, ordering: .relaxed) }

    public func advance(seconds: Double) { advance(nanoseconds: Int((seconds * 1e9).rounded())) }
}

extension ThreadEvidence {
    /// Nothing happened to this thread.
    public static let quiet = ThreadEvidence(
        cpu: 0, cpuTimeNanoseconds: 0, runDelayNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
}
