/// Asks for huge pages as tensors do, and sees how many come.
enum HugePageProbe {
    private static let bytes = 16 << 20

    /// Share of a buffer of 16 MiB that is backed by huge pages; nil where the system does not tell.
    static func share(_ files: SystemFiles) -> Double? {
        guard let before = hugeBytes(files) else { return nil }
        let buffer = ReadBuffer(bytesPerSlice: bytes, slices: 1, workers: 1)
        buffer.touch(slice: 0, worker: 0)
        let after = withExtendedLifetime(buffer) { hugeBytes(files) }
        // The mapping may begin between two huge pages and then holds one less.
        return after.map { min(1, max(0, Double($0 - before) / Double(bytes - (2 << 20)))) }
    }

    private static func hugeBytes(_ files: SystemFiles) -> Int? {
        files.text("proc/self/smaps_rollup").flatMap { KeyedLines($0)["AnonHugePages"] }.flatMap(KeyedLines.bytes)
    }
}
