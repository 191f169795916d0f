/// Where a kernel comes from, and so where lists and legends show it.
public struct KernelOrigin: Hashable, Sendable {
    public let engine: EngineIdentity
    /// In the engine's own list, from 0.
    public let place: Int
    /// The kernel that it is another way of, by its full name; nil for a kernel that stands for itself.
    public let variantOf: String?
    /// Nil where the engine computes on the CPUs of this machine.
    public let device: Device?
    /// What the engine says of itself: versions of libraries, the instruction set in use. Empty for this program.
    public var engineDetails: [String: String] = [:]

    public init(engine: EngineIdentity, place: Int, variantOf: String? = nil, device: Device? = nil) {
        self.engine = engine
        self.place = place
        self.variantOf = variantOf
        self.device = device
    }
}

extension KernelOrigin: Comparable {
    /// This program's kernels first, then engine by engine.
    public static func < (a: KernelOrigin, b: KernelOrigin) -> Bool {
        (a.engine.isBuiltIn ? 0 : 1, a.engine.name, a.place, a.engine.version)
            < (b.engine.isBuiltIn ? 0 : 1, b.engine.name, b.place, b.engine.version)
    }
}
