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

    /// The engine of a kernel that only its full name is known of; its version is not.
    public init(ofKernel fullName: String) {
        self.init(name: fullName.firstIndex(of: "/").map { String(fullName[..<$0]) } ?? Self.builtInName, version: "")
    }

    public var isBuiltIn: Bool { name == Self.builtInName }

    /// As everybody calls a kernel of this engine: `full`, and `acme/flash`.
    public func fullName(of kernel: String) -> String { isBuiltIn ? kernel : name + "/" + kernel }

    /// What the engine itself calls the kernel with this full name.
    public func ownName(of fullName: String) -> String {
        fullName.hasPrefix(name + "/") ? String(fullName.dropFirst(name.count + 1)) : fullName
    }
}
