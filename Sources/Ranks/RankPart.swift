import Attention

/// What a rank holds of a problem before a call: queries, keys and values of a run of neighbouring tokens, and room for their
/// outputs. In decoding each rank has the queries of the last token.
public final class RankPart {
    public let tokens: Range<Int>
    public var inputs: AttentionInputs
    public var output: Tensor

    /// The part of the inputs that one rank would make of this seed.
    /// - Precondition: there are tokens.
    public init(_ tokens: Range<Int>, of problem: RankProblem, seed: UInt64) {
        self.tokens = tokens
        let shape = problem.problem.shape
        let queries = problem.isDecode ? 0..<1 : tokens
        inputs = AttentionInputs(
            InputPart(
                queryHeads: 0..<problem.queryHeads, keyValueHeads: 0..<problem.keyValueHeads, queries: queries,
                keys: tokens),
            of: shape, elementType: problem.problem.elementType, seed: seed)
        output = Tensor(problem.problem.elementType, dimensions: inputs.query.dimensions)
    }

    /// Zeros, for inputs that come later.
    init(_ tokens: Range<Int>, of problem: RankProblem) {
        self.tokens = tokens
        let (type, d) = (problem.problem.elementType, problem.problem.shape.headDimension)
        let queries = [1, problem.queryHeads, problem.isDecode ? 1 : tokens.count, d]
        let keys = [1, problem.keyValueHeads, tokens.count, d]
        inputs = AttentionInputs(
            query: Tensor(type, dimensions: queries), key: Tensor(type, dimensions: keys),
            value: Tensor(type, dimensions: keys))
        output = Tensor(type, dimensions: queries)
    }

    static func all(of rank: Int, in problem: RankProblem) -> [RankPart] {
        problem.slices(of: rank).filter { !$0.isEmpty }.map { RankPart($0, of: problem) }
    }

    /// The parts of one rank; none where there are fewer tokens than ranks.
    public static func all(of rank: Int, in problem: RankProblem, seed: UInt64) -> [RankPart] {
        problem.slices(of: rank).filter { !$0.isEmpty }.map { RankPart($0, of: problem, seed: seed) }
    }
}
