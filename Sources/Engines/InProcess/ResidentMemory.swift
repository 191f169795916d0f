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

    /// Of this process.
    public static var ofThisProcess: ResidentMemory { of(PeakMemory()) }

    /// Where the system refuses to forget its peak, the level after the call stands for the peak: all that a cell
    /// allocates is still there then.
    static func of(_ process: PeakMemory) -> ResidentMemory {
        var peakIsFresh = false
        return ResidentMemory(
            bytes: { process.residentBytes() ?? 0 }, resetPeak: { peakIsFresh = process.reset() },
            peakBytes: { (peakIsFresh ? process.peakBytes() : process.residentBytes()) ?? 0 })
    }
}
