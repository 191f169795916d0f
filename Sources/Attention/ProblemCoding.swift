/// Problems as JSON, in results files and wherever programs tell each other what to compute. Every field is always there,
/// so that a reader never has to know what an absent one stands for; but for the form of scores, which is absent where they are plain.
///
/// Keys and values each have a head dimension and a cache format of their own. The two head dimensions differ only where values are
/// the first elements of keys; other problems in which they do are refused when they are read.
extension AttentionProblem: Codable {
    private enum Key: String, CodingKey {
        case batch, queryHeads, keyValueHeads, queryLength, keyLength, keyHeadDimension, valueHeadDimension, mask,
            elementType, scale, keyCacheFormat, valueCacheFormat, positions, weighting, selection,
            scoreForm, valuesInKeys
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func integer(_ key: Key) throws -> Int { try container.decode(Int.self, forKey: key) }
        let headDimension = try integer(.keyHeadDimension)
        let ofValues = try integer(.valueHeadDimension)
        // Files of earlier builds have no others.
        let valuesInKeys = try container.decodeIfPresent(Bool.self, forKey: .valuesInKeys) ?? false
        guard valuesInKeys || ofValues == headDimension else {
            throw DecodingError.dataCorruptedError(
                forKey: .valueHeadDimension, in: container,
                debugDescription:
                    "values of \(ofValues) elements beside keys of \(headDimension) cannot be counted by this build")
        }
        let cacheFormat = CacheFormats(
            key: try container.decode(CacheFormat.self, forKey: .keyCacheFormat),
            value: try container.decode(CacheFormat.self, forKey: .valueCacheFormat))
        do {
            try self.init(
                shape: AttentionShape(
                    batch: integer(.batch), queryHeads: integer(.queryHeads), keyValueHeads: integer(.keyValueHeads),
                    queryLength: integer(.queryLength), keyLength: integer(.keyLength), headDimension: headDimension),
                mask: container.decode(Mask.self, forKey: .mask),
                elementType: container.decode(ElementType.self, forKey: .elementType),
                scale: container.decode(Float.self, forKey: .scale), cacheFormat: cacheFormat,
                positions: container.decode(PositionEncoding.self, forKey: .positions),
                // Files of earlier builds have no other.
                weighting: container.decodeIfPresent(Weighting.self, forKey: .weighting) ?? .softmax,
                selection: container.decodeIfPresent(BlockSelection.self, forKey: .selection),
                scoreForm: container.decodeIfPresent(ScoreForm.self, forKey: .scoreForm) ?? .plain,
                latent: valuesInKeys ? LatentValues(dimension: ofValues) : nil)
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
        try container.encode(shape.headDimension, forKey: .keyHeadDimension)
        try container.encode(valueDimension, forKey: .valueHeadDimension)
        try container.encode(mask, forKey: .mask)
        try container.encode(elementType, forKey: .elementType)
        try container.encode(scale, forKey: .scale)
        try container.encode(cacheFormat.key, forKey: .keyCacheFormat)
        try container.encode(cacheFormat.value, forKey: .valueCacheFormat)
        try container.encode(positions, forKey: .positions)
        try container.encode(weighting, forKey: .weighting)
        // Null where every key is attended to.
        try container.encode(selection, forKey: .selection)
        // Absent where scores are plain, so that the lines of such cells stay what they were.
        if !scoreForm.isPlain { try container.encode(scoreForm, forKey: .scoreForm) }
        try container.encode(latent != nil, forKey: .valuesInKeys)
    }
}
