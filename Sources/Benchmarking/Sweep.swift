import Attention

/// Which problems to run, as axes that are crossed.
public struct Sweep: Hashable, Codable, Sendable {
    public let name: String
}
