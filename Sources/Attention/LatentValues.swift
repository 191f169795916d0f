/// Values that are the first elements of their keys: what a decoding step of multi-head latent attention reads in its absorbed form
/// (DeepSeek-V2, arXiv 2405.04434).
///
/// A cached token is one row for all query heads. It begins with a latent, from which a model could compute the key and the value of
/// every head, and ends with the elements that carry the position. The model multiplies these two projections into its queries and
/// its outputs instead. So a key is the whole row, a value is the latent, and a tensor of values does not exist. An output is
/// narrower than a query.
public struct LatentValues: Hashable, Sendable {
    /// Elements of a value, and of an output.
    public let dimension: Int

    public init(dimension: Int) throws(ShapeError) {
        guard dimension >= 1 else { throw .notPositive(name: "valueDimension", value: dimension) }
        self.dimension = dimension
    }
}

/// What values are a part of is not only where they lie: it decides how many elements an output has, and what a pair costs.
extension AttentionProblem {
    /// Elements of a value, and of an output of one head.
    public var valueDimension: Int { latent?.dimension ?? shape.headDimension }

    /// [batch, queryHeads, queryLength, valueDimension]
    public var outputDimensions: [Int] {
        [shape.batch, shape.queryHeads, shape.queryLength, valueDimension]
    }

    /// Multiplications and additions that a pair takes in a phase. A score takes 2 for each element of a key, and an output 2 for each
    /// element of a value; a phase with gradients has more such products, of keys and values that are equally long.
    public func flopsPerPair(_ phase: Phase) -> Int {
        latent.map { 2 * (shape.headDimension + $0.dimension) } ?? 2 * phase.productsPerPair * shape.headDimension
    }
}

extension LatentValues: Codable {
    private enum Key: String, CodingKey { case dimension }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        do { try self.init(dimension: container.decode(Int.self, forKey: .dimension)) } catch let error as ShapeError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(dimension, forKey: .dimension)
    }
}
