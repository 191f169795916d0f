import Hardware

/// Resident memory of the process in which kernels run, in bytes.
public struct ResidentMemory {
    /// What the process holds now.
    public let bytes: () -> Int
    /// Forgets the highest level so far.
    public let resetPeak: () -> Void
    /// The highest level since it was forgotten.
    public let peakBytes: () -> Int

    public init(bytes: @escaping () -> Int, resetPeak: @escaping () -> Void, peakBytes: @escaping () -> Int) {
        self.bytes = bytes
        self.resetPeak = resetPeak
        self.peakBytes = peakBytes
    }

    /// Of this process. Where the system refuses to forget its peak, the level after the call stands for the peak: all
    /// that a cell allocates is still there then.
    public static var ofThisProcess: ResidentMemory {
        var peakIsFresh = false
        return ResidentMemory(
            bytes: { PeakMemory.residentBytes() ?? 0 }, resetPeak: { peakIsFresh = PeakMemory.reset() },
            peakBytes: { (peakIsFresh ? PeakMemory.peakBytes() : PeakMemory.residentBytes()) ?? 0 })
    }
}
