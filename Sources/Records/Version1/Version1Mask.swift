import Attention

/// A mask as lines of version 1 have it, and as workers of that time are told it: by kind,
/// `{"kind": "attention-sink", "sinks": 4, "window": 1024}`.
struct Version1Mask: Codable {
    let mask: Mask

    private enum Key: String, CodingKey { case kind, window, radius, sinks, chunk }

    /// Each with its family and the keys of its sizes.
    private static let kinds: [(name: String, family: MaskFamily, sizes: [(Key, MaskFamily.Parameter)])] = [
        ("full", .full, []), ("causal", .causal, []), ("sliding-window", .slidingWindow, [(.window, .window)]),
        ("symmetric-window", .symmetricWindow, [(.radius, .window)]),
        ("attention-sink", .attentionSink, [(.sinks, .sinks), (.window, .window)]),
        ("chunked-local", .chunkedLocal, [(.chunk, .chunk)]),
    ]

    init(mask: Mask) { self.mask = mask }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard container.contains(.kind) else {
            // Workers of this build are told masks that version 1 has no kind for.
            mask = try Mask(from: decoder)
            return
        }
        let name = try container.decode(String.self, forKey: .kind)
        guard let kind = Self.kinds.first(where: { $0.name == name }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "\"\(name)\" is no kind of mask")
        }
        var sizes: [MaskFamily.Parameter: Int] = [:]
        for (key, parameter) in kind.sizes { sizes[parameter] = try container.decode(Int.self, forKey: key) }
        do {
            mask = try kind.family.mask(sizes)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    func encode(to encoder: any Encoder) throws {
        guard let kind = Self.kinds.first(where: { $0.family == mask.family }) else {
            return try mask.encode(to: encoder)
        }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind.name, forKey: .kind)
        for size in mask.sizes {
            switch size {
            case .sinks(let value): try container.encode(value, forKey: .sinks)
            case .window(let value): try container.encode(value, forKey: .window)
            case .radius(let value): try container.encode(value, forKey: .radius)
            case .chunk(let value): try container.encode(value, forKey: .chunk)
            case .band: preconditionFailure("no kind of mask has sides of its own")
            }
        }
    }
}
