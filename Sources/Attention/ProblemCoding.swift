/// Problems as JSON: the sizes of the shape and the mask side by side, and `scale`, `cacheFormat` and
/// `positions` only where they are not the default.
extension AttentionProblem: Codable {
    private enum Key: String, CodingKey {
        case batch, queryHeads, keyValueHeads, queryLength, keyLength, headDimension, mask, elementType, scale
        case cacheFormat, positions
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func integer(_ key: Key) throws -> Int { try container.decode(Int.self, forKey: key) }
        do {
            let shape = try AttentionShape(
                batch: integer(.batch), queryHeads: integer(.queryHeads), keyValueHeads: integer(.keyValueHeads),
                queryLength: integer(.queryLength), keyLength: integer(.keyLength),
                headDimension: integer(.headDimension))
            try self.init(
                shape: shape, mask: container.decode(Mask.self, forKey: .mask),
                elementType: container.decode(ElementType.self, forKey: .elementType),
                scale: container.decodeIfPresent(Float.self, forKey: .scale),
                cacheFormat: container.decodeIfPresent(CacheFormat.self, forKey: .cacheFormat),
                positions: container.decodeIfPresent(PositionEncoding.self, forKey: .positions) ?? .none)
        } catch let error where error is ShapeError || error is ProblemError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(shape.batch, forKey: .batch)
        try container.encode(shape.queryHeads, forKey: .queryHeads)
        try container.encode(shape.keyValueHeads, forKey: .keyValueHeads)
        try container.encode(shape.queryLength, forKey: .queryLength)
        try container.encode(shape.keyLength, forKey: .keyLength)
        try container.encode(shape.headDimension, forKey: .headDimension)
        try container.encode(mask, forKey: .mask)
        try container.encode(elementType, forKey: .elementType)
        if scale != 1 / Float(shape.headDimension).squareRoot() { try container.encode(scale, forKey: .scale) }
        if cacheFormat != CacheFormat(elementType) { try container.encode(cacheFormat, forKey: .cacheFormat) }
        if positions != .none { try container.encode(positions, forKey: .positions) }
    }
}
