/// Masks as JSON: `{"sinks": 4, "left": 1023, "right": 0, "chunk": null}`. All four are written, null for "all" and for
/// "no chunks", so that a reader never has to know what an absent one stands for.
extension Mask: Codable {
    private enum Key: String, CodingKey { case sinks, left, right, chunk }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        do {
            try self.init(
                sinks: container.decode(Int.self, forKey: .sinks), left: container.decode(Int?.self, forKey: .left),
                right: container.decode(Int?.self, forKey: .right), chunk: container.decode(Int?.self, forKey: .chunk))
        } catch let error as MaskError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sinks, forKey: .sinks)
        try container.encode(left, forKey: .left)
        try container.encode(right, forKey: .right)
        try container.encode(chunk, forKey: .chunk)
    }
}
