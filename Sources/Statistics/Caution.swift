/// A doubt about a result that does not stop the analysis: it travels with the number and surfaces as a footnote.
public struct Caution: Hashable, Sendable, Codable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
