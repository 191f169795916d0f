import Attention
import Kernels

extension RankPart {
    /// How far some rows of this part's output are from the reference, for one query head, counted over batches. The rank makes
    /// the keys that the head sees again from their seed: no rank holds those of all heads.
    public func accuracy(of problem: RankProblem, head: Int, seed: UInt64) throws(UnsupportedProblem) -> Accuracy {
        let queries = problem.isDecode ? problem.tokens - 1..<problem.tokens : tokens
        // Under these masks no query sees a key after its own, or every query sees every key.
        let keys = 0..<(problem.problem.mask.isCausal ? queries.upperBound : problem.tokens)
        let local = try problem.local(
            LocalSizes(queryHeads: 1, keyValueHeads: 1, queries: queries.count, keys: keys.count))
        let keyValueHead = head / (problem.queryHeads / problem.keyValueHeads)
        let inputs = AttentionInputs(
            InputPart(
                queryHeads: head..<head + 1, keyValueHeads: keyValueHead..<keyValueHead + 1,
                queries: problem.isDecode ? 0..<1 : tokens, keys: keys),
            of: problem.problem.shape, elementType: problem.problem.elementType, seed: seed)
        let count = queries.count * problem.problem.shape.headDimension
        var own = Tensor(problem.problem.elementType, dimensions: inputs.query.dimensions)
        for index in 0..<count { own[index] = output[head * count + index] }
        return Accuracy(of: own, for: local, inputs, rows: Accuracy.sampledRows(of: local, seed: seed))
    }
}
