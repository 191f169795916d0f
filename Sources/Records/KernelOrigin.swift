/// Where a kernel comes from, and so where lists and legends show it.
public struct KernelOrigin: Hashable, Sendable {
    public let engine: EngineIdentity
    /// In the engine's own list, from 0. A kernel that others are variants of stands before them.
    public let place: Int

    public init(engine: EngineIdentity, place: Int) {
        self.engine = engine
        self.place = place
    }
}

extension KernelOrigin: Comparable {
    /// This program's kernels first, then engine by engine.
    public static func < (a: KernelOrigin, b: KernelOrigin) -> Bool {
        (a.engine.isBuiltIn ? 0 : 1, a.engine.name, a.place, a.engine.version)
            < (b.engine.isBuiltIn ? 0 : 1, b.engine.name, b.place, b.engine.version)
    }
}
