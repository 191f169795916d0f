/// The process's resident memory and its high-water mark. The kernel counts pages in batches for each thread, so
/// figures can be off by some hundred KiB.
public enum PeakMemory {
    /// Brings the high-water mark down to what is resident now; false where the system refuses, and then a peak says
    /// nothing of what came after.
    public static func reset(_ files: SystemFiles = SystemFiles()) -> Bool {
        files.write("5", to: "proc/self/clear_refs")
    }

    /// The most since the last reset (VmHWM); nil where the system does not tell.
    public static func peakBytes(_ files: SystemFiles = SystemFiles()) -> Int? {
        status("VmHWM", files)
    }

    /// Now (VmRSS); nil where the system does not tell.
    public static func residentBytes(_ files: SystemFiles = SystemFiles()) -> Int? {
        status("VmRSS", files)
    }

    private static func status(_ key: String, _ files: SystemFiles) -> Int? {
        files.text("proc/self/status").flatMap { KeyedLines($0)[key] }.flatMap(KeyedLines.bytes)
    }
}
