/// What the system did to a thread while one sample was taken: evidence, kept beside the sample, never a reason to
/// delete it silently.
public struct Contamination: Hashable, Codable, Sendable, BitwiseCopyable {
    /// The thread ended on another CPU than it began on.
    public let migrated: Bool
    /// Time that the thread was runnable but not running (schedstat's run delay).
    public let runDelayNanoseconds: Int
    /// Wall time less the thread's CPU time.
    public let offCPUNanoseconds: Int
    /// Time that the hypervisor gave to somebody else on this CPU.
    public let stealNanoseconds: Int
    public let involuntarySwitches: Int

    public init(
        migrated: Bool, runDelayNanoseconds: Int, offCPUNanoseconds: Int, stealNanoseconds: Int,
        involuntarySwitches: Int
    ) {
        self.migrated = migrated
        self.runDelayNanoseconds = runDelayNanoseconds
        self.offCPUNanoseconds = offCPUNanoseconds
        self.stealNanoseconds = stealNanoseconds
        self.involuntarySwitches = involuntarySwitches
    }

    /// What the worse of two threads met, by each counter.
    package func worse(_ other: Contamination) -> Contamination {
        Contamination(
            migrated: migrated || other.migrated,
            runDelayNanoseconds: max(runDelayNanoseconds, other.runDelayNanoseconds),
            offCPUNanoseconds: max(offCPUNanoseconds, other.offCPUNanoseconds),
            stealNanoseconds: max(stealNanoseconds, other.stealNanoseconds),
            involuntarySwitches: max(involuntarySwitches, other.involuntarySwitches))
    }

    /// The part of a sample in which somebody else had the CPU, by the counter that tells of most.
    public func takenShare(wallNanoseconds: Int) -> Double {
        Double(max(runDelayNanoseconds, offCPUNanoseconds, stealNanoseconds)) / Double(max(1, wallNanoseconds))
    }

    /// The rule, declared before measuring: migrated, or delayed by more than the larger of 0.5 % and 50 µs, or off the
    /// CPU for more than 1 %, or stopped by the hypervisor in a sample of at least 10 ms.
    public func isContaminated(wallNanoseconds: Int) -> Bool {
        migrated
            || runDelayNanoseconds > max(wallNanoseconds / 200, 50_000)
            || offCPUNanoseconds > wallNanoseconds / 100
            || (stealNanoseconds > 0 && wallNanoseconds >= 10_000_000)
    }
}
