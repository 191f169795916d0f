/// Asks for huge pages as tensors do, and sees how many come.
enum HugePageProbe {
    private static let bytes = 16 << 20

    /// Share of a buffer of 16 MiB that is backed by huge pages; nil where the system does not tell.
    static func share(_ files: SystemFiles) -> Double? {
        guard let before = hugeBytes(files) else { return nil }
        let buffer = ReadBuffer(bytesPerWorker: bytes, workers: 1)
        buffer.touch(worker: 0)
        let after = withExtendedLifetime(buffer) { hugeBytes(files) }
        return after.map { min(1, max(0, Double($0 - before) / Double(bytes))) }
    }

    private static func hugeBytes(_ files: SystemFiles) -> Int? {
        files.text("proc/self/smaps_rollup").flatMap { KeyedLines($0)["AnonHugePages"] }.flatMap(KeyedLines.bytes)
    }
}
