import Attention
import Kernels

extension RankProblem {
    /// A rank's own part: some heads, so many queries at the end of so many keys.
    func local(_ sizes: LocalSizes, mask: Mask? = nil) throws(UnsupportedProblem) -> AttentionProblem {
        do {
            let shape = try AttentionShape(
                queryHeads: sizes.queryHeads, keyValueHeads: sizes.keyValueHeads, queryLength: sizes.queries,
                keyLength: sizes.keys, headDimension: problem.shape.headDimension)
            return try problem.resized(to: shape, mask: mask)
        } catch {
            throw UnsupportedProblem("\(error)")
        }
    }
}

/// The sizes of a rank's own part of a problem.
struct LocalSizes {
    let queryHeads: Int
    let keyValueHeads: Int
    let queries: Int
    let keys: Int
}
