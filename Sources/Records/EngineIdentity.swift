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
}
