import Attention

/// Cases of a step whose values are a part of its keys: tokens and heads around the lanes, the tiles and the ranges that workers share,
/// rows and values of one element, of odd numbers, and values that are whole rows.
extension ProblemCases {
    static var latents: [ProblemCase] {
        var problems = [1, 2, 7, 15, 16, 17, 31, 63, 64, 65, 127, 129, 161, 257].map { one(Sizes(tokens: $0)) }
        problems += [(1, 1), (2, 1), (3, 3), (7, 5), (15, 15), (17, 16), (33, 32), (80, 64), (130, 129), (576, 512)].map
        {
            one(Sizes(tokens: 101, batch: 2, heads: 3, d: $0.0, m: $0.1))
        }
        problems += [1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 40, 64, 65, 128].map {
            one(Sizes(tokens: 70, batch: 2, heads: $0))
        }
        problems += [0.01, 1, 3].map { one(Sizes(tokens: 101), scale: $0) }
        // More than one range, the last of one token.
        problems += [513, 1030].map { one(Sizes(tokens: $0)) }
        return problems.map { ProblemCase(problem: $0, inputs: .normal) }
            + InputPattern.all(for: .decode).filter { $0 != .normal }.flatMap { pattern in
                [(300, 20, 12), (600, 9, 9)].map {
                    ProblemCase(problem: one(Sizes(tokens: $0.0, d: $0.1, m: $0.2)), inputs: pattern)
                }
            }
    }

    private struct Sizes {
        let tokens: Int
        var batch = 1
        var heads = 5
        var d = 20
        var m = 12
    }

    private static func one(_ sizes: Sizes, scale: Float? = nil) -> AttentionProblem {
        do {
            return try AttentionProblem(
                shape: AttentionShape(
                    batch: sizes.batch, queryHeads: sizes.heads, queryLength: 1, keyLength: sizes.tokens,
                    headDimension: sizes.d),
                mask: .causal, scale: scale, latent: LatentValues(dimension: sizes.m))
        } catch {
            preconditionFailure("a case is not a problem: \(error)")
        }
    }
}

extension ProblemCase {
    /// Values that are hard become the first elements of the keys, which queries then do not look at: scores stay plain.
    func latents(of made: consuming AttentionInputs) -> AttentionInputs {
        let (shape, m) = (problem.shape, problem.valueDimension)
        var (query, key) = (made.query.elements(0..<made.query.count), made.key.elements(0..<made.key.count))
        if inputs.isOfValues {
            for x in 0..<m {
                for row in stride(from: x, to: query.count, by: shape.headDimension) { query[row] = 0 }
                for row in stride(from: x, to: key.count, by: shape.headDimension) { key[row] = made.value[row] }
            }
        }
        func tensor(_ elements: [Float], _ dimensions: [Int]) -> Tensor {
            var tensor = Tensor(problem.elementType, dimensions: dimensions)
            for (index, element) in elements.enumerated() { tensor[index] = element }
            return tensor
        }
        return AttentionInputs(
            query: tensor(query, AttentionInputs.queryDimensions(shape)),
            latents: tensor(key, AttentionInputs.keyDimensions(shape)))
    }
}
