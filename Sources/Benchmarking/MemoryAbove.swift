import Hardware

/// How much memory the process takes beyond what it had.
struct MemoryAbove {
    private let before: Int?

    /// From now on.
    init() { before = PeakMemory().reset() ? PeakMemory().residentBytes() : nil }

    /// At most, so far; nil where the system does not tell.
    var bytes: Int? {
        guard let before, let peak = PeakMemory().peakBytes() else { return nil }
        return max(0, peak - before)
    }
}
