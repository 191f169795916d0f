/// A variable of the environment that only takes room, for a process that measures.
///
/// The size of the environment moves the stack, and with it what lies on one page or in one set of the cache with what.
/// Its place can be lucky or unlucky for a kernel: drawn again for each process, its effect is averaged over (Mytkowicz et al.,
/// ASPLOS 2009).
public enum EnvironmentPadding {
    private static let variable = "ATTNBENCH_PADDING"

    /// The environment with 0 to 4,095 bytes more: a page, over which the stack's place repeats.
    public static func pad(
        _ environment: [String: String], using generator: inout some RandomNumberGenerator
    ) -> [String: String] {
        let bytes = Int.random(in: 0..<4096, using: &generator)
        return environment.merging([variable: String(repeating: "x", count: bytes)]) { $1 }
    }

    /// Bytes that an environment was padded with; 0 for one that was not.
    public static func bytes(in environment: [String: String]) -> Int { environment[variable]?.utf8.count ?? 0 }
}
