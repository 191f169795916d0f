/// How much more memory this process can take before the system swaps or ends it.
public enum AvailableMemory {
    /// The smaller of the kernel's estimate (MemAvailable) and what the control groups leave; nil where neither can be
    /// read.
    public static func bytes(_ files: SystemFiles = SystemFiles()) -> Int? {
        [system(files), ControlGroups(files).availableMemoryBytes].compactMap(\.self).min()
    }

    private static func system(_ files: SystemFiles) -> Int? {
        files.text("proc/meminfo").flatMap { KeyedLines($0)["MemAvailable"] }.flatMap(KeyedLines.bytes)
    }
}
