/// What /proc/cpuinfo says of the first CPU.
struct ProcessorInfo: Hashable {
    let model: String?
    /// Such as "family 26, model 2, stepping 1, microcode 0xb002116".
    let revision: String?
    /// nil where the system lists none, as distinct from an empty list.
    let flags: Set<String>?
    let vectorLanes: Int

    init(cpuinfo: String) {
        let lines = KeyedLines(cpuinfo)
        model = lines["model name"]
        // x86's names first, then Arm's for the same thing.
        let parts = [
            ("cpu family", "family"), ("model", "model"), ("stepping", "stepping"), ("microcode", "microcode"),
            ("CPU implementer", "implementer"), ("CPU part", "part"), ("CPU variant", "variant"),
            ("CPU revision", "revision"),
        ]
        let revision = parts.compactMap { key, name in lines[key].map { "\(name) \($0)" } }.joined(separator: ", ")
        self.revision = revision.isEmpty ? nil : revision
        let flags = (lines["flags"] ?? lines["Features"]).map { Set($0.split(separator: " ").map(String.init)) }
        self.flags = flags
        vectorLanes = Self.vectorLanes(flags: flags ?? [])
    }

    /// float32 lanes of the widest vectors that the build knows how to use: it asks for AVX-512F or AVX.
    private static func vectorLanes(flags: Set<String>) -> Int {
        if flags.contains("avx512f") { return 16 }
        return flags.contains("avx") ? 8 : 4
    }
}
