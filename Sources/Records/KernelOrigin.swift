/// What computes attention and lists kernels: this program itself, or another.
public struct EngineIdentity: Hashable, Codable, Sendable {
    public let name: String
    public let version: String

    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// The engine whose kernels have bare names.
    public static let builtInName = "attnbench"

    public var isBuiltIn: Bool { name == Self.builtInName }

    /// As everybody calls a kernel of this engine: `full`, and `acme/flash`.
    public func fullName(of kernel: String) -> String { isBuiltIn ? kernel : name + "/" + kernel }

    /// What the engine itself calls the kernel with this full name.
    func ownName(of fullName: String) -> String {
        fullName.hasPrefix(name + "/") ? String(fullName.dropFirst(name.count + 1)) : fullName
    }
}

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
