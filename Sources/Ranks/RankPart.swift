import Attention
import Kernels

/// What a rank holds of a problem before a call: queries, keys and values of a run of neighbouring tokens, and room for their
/// outputs. In decoding each rank has the queries of the last token.
public final class RankPart {
    public let tokens: Range<Int>
    public var inputs: AttentionInputs
    public var output: Tensor
    /// As the whole problem has them.
    private let part: InputPart

    /// The part of the inputs that one rank would make of this seed.
    /// - Precondition: there are tokens.
    public init(_ tokens: Range<Int>, of problem: RankProblem, seed: UInt64) {
        self.tokens = tokens
        part = InputPart(
            queryHeads: 0..<problem.queryHeads, keyValueHeads: 0..<problem.keyValueHeads,
            queries: problem.isDecode ? 0..<1 : tokens, keys: tokens)
        inputs = AttentionInputs(part, of: DrawnInputs(of: problem.problem, seed: seed))
        output = Tensor(problem.problem.elementType, dimensions: inputs.query.dimensions)
    }

    /// The parts of one rank; none where there are fewer tokens than ranks.
    public static func all(of rank: Int, in problem: RankProblem, seed: UInt64) -> [RankPart] {
        problem.slices(of: rank).filter { !$0.isEmpty }.map { RankPart($0, of: problem, seed: seed) }
    }

    /// Of the parts of one rank.
    static func bytes(of rank: Int, in problem: RankProblem) -> Int {
        let tokens = problem.tokenCount(of: rank)
        let queries = problem.isDecode ? min(1, tokens) : tokens
        return 2 * queries * problem.queryHeads * problem.rowBytes + tokens * problem.tokenBytes
    }

    /// The part of what another seed gives.
    func draw(of problem: RankProblem, seed: UInt64) {
        inputs.draw(part, of: DrawnInputs(of: problem.problem, seed: seed))
    }

    func holds(_ row: Accuracy.OutputRow) -> Bool { part.queries.contains(row.row) }

    /// Copies a row of the output that this part holds.
    func copy(_ row: Accuracy.OutputRow, to target: UnsafeMutableRawBufferPointer) {
        output.withBytes { bytes in
            let start = (row.head * part.queries.count + row.row - part.queries.lowerBound) * target.count
            target.copyBytes(from: bytes[start..<start + target.count])
        }
    }
}
