/// Masks as results files of version 1 have them, and as workers of that time are told them: by their family's name,
/// `{"kind": "attention-sink", "sinks": 4, "window": 1024}`.
extension Mask {
    private enum Key: String, CodingKey { case kind, window, radius, sinks, chunk }

    /// Nil where the decoder holds no mask of this form.
    init?(kindFrom decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard container.contains(.kind) else { return nil }
        do {
            let family = try MaskFamily.named(container.decode(String.self, forKey: .kind))
            var sizes: [MaskFamily.Parameter: Int] = [:]
            for parameter in family.parameters {
                sizes[parameter] = try container.decode(Int.self, forKey: Self.key(parameter, of: family))
            }
            self = try family.mask(sizes)
        } catch let error where error is UnknownName || error is MaskError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    /// False where builds of version 1 have no such mask, and nothing was written.
    func encodeKind(to encoder: any Encoder) throws -> Bool {
        guard let family, family.parameters.count == sizes.count else { return false }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(family.name, forKey: .kind)
        for size in sizes {
            switch size {
            case .sinks(let value): try container.encode(value, forKey: .sinks)
            case .window(let value): try container.encode(value, forKey: .window)
            case .radius(let value): try container.encode(value, forKey: .radius)
            case .chunk(let value): try container.encode(value, forKey: .chunk)
            case .band: return false
            }
        }
        return true
    }

    private static func key(_ parameter: MaskFamily.Parameter, of family: MaskFamily) -> Key {
        switch parameter {
        case .window: family == .symmetricWindow ? .radius : .window
        case .sinks: .sinks
        case .chunk: .chunk
        }
    }
}

extension CodingUserInfoKey {
    /// Set for an encoder whose reader is a build of version 1.
    package static let masksByKind = CodingUserInfoKey(rawValue: "masksByKind")!
}
