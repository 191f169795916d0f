import Records

/// The counters of the measuring thread and its CPU at one instant. Two of them around a sample make its
/// `Contamination`.
public struct ThreadEvidence: Sendable, Hashable {
    public let cpu: Int
    public let cpuTimeNanoseconds: Int
    public let runDelayNanoseconds: Int
    public let stealNanoseconds: Int
    public let involuntarySwitches: Int
    /// Of the CPU's own counters; nil where these cannot be read.
    public let counts: ProcessorCounts?

    public init(
        cpu: Int, cpuTimeNanoseconds: Int, runDelayNanoseconds: Int, stealNanoseconds: Int, involuntarySwitches: Int,
        counts: ProcessorCounts? = nil
    ) {
        self.cpu = cpu
        self.cpuTimeNanoseconds = cpuTimeNanoseconds
        self.runDelayNanoseconds = runDelayNanoseconds
        self.stealNanoseconds = stealNanoseconds
        self.involuntarySwitches = involuntarySwitches
        self.counts = counts
    }

    /// Of a thread that somebody else watches.
    public static let none = ThreadEvidence(
        cpu: 0, cpuTimeNanoseconds: 0, runDelayNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)

    /// Cycles and instructions between `earlier` and this; nil where one of the two has none, or nothing was counted.
    public func counts(since earlier: ThreadEvidence) -> ProcessorCounts? {
        guard let counts, let before = earlier.counts else { return nil }
        let between = counts - before
        return between.cycles > 0 && between.instructions > 0 ? between : nil
    }

    /// What happened between `earlier` and this, over `wallNanoseconds` of wall time.
    public func contamination(since earlier: ThreadEvidence, wallNanoseconds: Int) -> Contamination {
        Contamination(
            migrated: cpu != earlier.cpu,
            runDelayNanoseconds: max(0, runDelayNanoseconds - earlier.runDelayNanoseconds),
            offCPUNanoseconds: max(0, wallNanoseconds - (cpuTimeNanoseconds - earlier.cpuTimeNanoseconds)),
            stealNanoseconds: max(0, stealNanoseconds - earlier.stealNanoseconds),
            involuntarySwitches: max(0, involuntarySwitches - earlier.involuntarySwitches))
    }
}
