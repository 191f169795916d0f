import Attention
import Kernels
import Records
import Statistics

extension CacheSample {
    /// One head: what decoding steps would ask of one cache.
    struct Head {
        /// Elements of a row.
        let channels: Int
        /// [queries][channels]
        let queries: [Float]
        /// [tokens][channels]
        let keys: [Float]
        let values: [Float]
    }

    func heads() -> [Head] {
        switch self {
        case .normal: [Self.normals(offsets: [:])]
        case .outlierChannels: [Self.normals(offsets: Self.outliers)]
        case .realActivations: Self.real()
        }
    }

    static let queryCount = 16
    static let tokens = 4096
    static let channels = 128
    /// Means of the outlying channels, in standard deviations. Two share a block of 32, one block has none.
    static let outliers: [Int: Float] = [3: 8, 17: -8, 40: 8, 100: -8]

    private static func normals(offsets: [Int: Float]) -> Head {
        var generator = SplitMix64(seed: 1)
        func draw(_ rows: Int) -> [Float] {
            (0..<rows * channels).map { _ in Float(NormalDistribution.draw(using: &generator)) }
        }
        let queries = draw(queryCount)
        var keys = draw(tokens)
        for (channel, offset) in offsets {
            for index in stride(from: channel, to: keys.count, by: channels) { keys[index] += offset }
        }
        return Head(channels: channels, queries: queries, keys: keys, values: draw(tokens))
    }

    /// The encoder's queries see every key, so that any of them may stand for the newest token's: these are spread evenly.
    private static func real() -> [Head] {
        let inputs = RealActivations.inputs()
        let (tokens, d) = (RealActivations.tokens, RealActivations.headDimension)
        return (0..<RealActivations.heads).map { head in
            let elements = head * tokens * d..<(head + 1) * tokens * d
            let queries = stride(from: tokens / queryCount - 1, to: tokens, by: tokens / queryCount).flatMap { row in
                inputs.query.elements(elements.lowerBound + row * d..<elements.lowerBound + (row + 1) * d)
            }
            return Head(
                channels: d, queries: queries, keys: inputs.key.elements(elements),
                values: inputs.value.elements(elements))
        }
    }
}

extension CacheSample.Head {
    /// [queries][channels]: each query over all keys, by the reference in Double.
    func output() -> [Double] {
        let queryLength = queries.count / channels
        do {
            let shape = try AttentionShape(
                queryLength: queryLength, keyLength: keys.count / channels, headDimension: channels)
            let problem = try AttentionProblem(shape: shape, mask: .full)
            var inputs = AttentionInputs(shape: shape)
            inputs.query.withMutableFloats { _ = $0.update(fromContentsOf: queries) }
            inputs.key.withMutableFloats { _ = $0.update(fromContentsOf: keys) }
            inputs.value.withMutableFloats { _ = $0.update(fromContentsOf: values) }
            return (0..<queryLength).flatMap { ReferenceAttention.row($0, ofHead: 0, of: problem, inputs) }
        } catch {
            preconditionFailure("a sample is not a problem: \(error)")
        }
    }
}
