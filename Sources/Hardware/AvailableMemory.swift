/// How much memory there is for this process.
public enum AvailableMemory {
    /// What it can still take before the system swaps or ends it: the smaller of the kernel's estimate
    /// (MemAvailable) and what the control groups leave; nil where neither can be read.
    public static func bytes(_ files: SystemFiles = SystemFiles()) -> Int? {
        [system("MemAvailable", files), ControlGroups(files).availableMemoryBytes].compactMap(\.self).min()
    }

    /// All memory of the system. hwloc's sum over the NUMA nodes is not taken: where a hypervisor lends memory on
    /// demand it changes from one moment to the next.
    public static func totalBytes(_ files: SystemFiles = SystemFiles()) -> Int? {
        system("MemTotal", files)
    }

    private static func system(_ key: String, _ files: SystemFiles) -> Int? {
        files.text("proc/meminfo").flatMap { KeyedLines($0)[key] }.flatMap(KeyedLines.bytes)
    }
}
