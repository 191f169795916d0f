import Attention

/// A problem as engines are told it: every field is always there, so that nobody has to know what an absent one stands for.
///
/// Keys and values each have a head dimension and a cache format of their own; those of this program's problems are alike.
public struct EngineProblem: Codable, Hashable, Sendable {
    public let problem: AttentionProblem

    public init(_ problem: AttentionProblem) { self.problem = problem }

    private enum Key: String, CodingKey {
        case batch, queryHeads, keyValueHeads, queryLength, keyLength, keyHeadDimension, valueHeadDimension, mask
        case elementType, scale, keyCacheFormat, valueCacheFormat, positions
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func integer(_ key: Key) throws -> Int { try container.decode(Int.self, forKey: key) }
        let headDimension = try integer(.keyHeadDimension)
        let cacheFormat = try container.decode(CacheFormat.self, forKey: .keyCacheFormat)
        guard try integer(.valueHeadDimension) == headDimension,
            try container.decode(CacheFormat.self, forKey: .valueCacheFormat) == cacheFormat
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .valueHeadDimension, in: container, debugDescription: "keys and values are not alike")
        }
        problem = try AttentionProblem(
            shape: AttentionShape(
                batch: integer(.batch), queryHeads: integer(.queryHeads), keyValueHeads: integer(.keyValueHeads),
                queryLength: integer(.queryLength), keyLength: integer(.keyLength), headDimension: headDimension),
            mask: container.decode(Mask.self, forKey: .mask),
            elementType: container.decode(ElementType.self, forKey: .elementType),
            scale: container.decode(Float.self, forKey: .scale), cacheFormat: cacheFormat,
            positions: container.decode(PositionEncoding.self, forKey: .positions))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let shape = problem.shape
        try container.encode(shape.batch, forKey: .batch)
        try container.encode(shape.queryHeads, forKey: .queryHeads)
        try container.encode(shape.keyValueHeads, forKey: .keyValueHeads)
        try container.encode(shape.queryLength, forKey: .queryLength)
        try container.encode(shape.keyLength, forKey: .keyLength)
        try container.encode(shape.headDimension, forKey: .keyHeadDimension)
        try container.encode(shape.headDimension, forKey: .valueHeadDimension)
        try container.encode(problem.mask, forKey: .mask)
        try container.encode(problem.elementType, forKey: .elementType)
        try container.encode(problem.scale, forKey: .scale)
        try container.encode(problem.cacheFormat, forKey: .keyCacheFormat)
        try container.encode(problem.cacheFormat, forKey: .valueCacheFormat)
        try container.encode(problem.positions, forKey: .positions)
    }
}
