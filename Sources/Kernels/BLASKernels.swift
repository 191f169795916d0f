import Attention

/// The kernels that `BLASAttention` serves: each is a name, the masks that it is for, and a cut into blocks.
extension Kernel {
    /// 256 rows keep the products near OpenBLAS's best and the scores of 16K keys within 16 MiB.
    public static let fullBLAS = blas(
        "full-blas", .causal, "causal; OpenBLAS products on blocks of 256 queries, the scores of one block held",
        partition: .rows(256))
    /// The textbook: all scores, then softmax, then the weighted sum. Its memory curve is what others avoid.
    public static let fullNaive = blas(
        "full-naive", .causal, "causal; all n × n scores in memory: the textbook's curve", partition: .whole)
    /// The one-matmul trick for windows, in its causal form: chunks of w queries against 2w keys hold every pair of the
    /// window and as many again that are masked, (2nw − w²) / (nw − w(w−1)/2) → 2× the pairs.
    public static let chunkedOverlap = blas(
        "chunked-overlap", .slidingWindow,
        "the last w keys; OpenBLAS products of w queries against 2w keys: 2× the pairs",
        partition: .overlappingChunks)
    /// The trick as Longformer has it (Beltagy et al. 2020, `sliding_chunks.py`): 2w × 2w chunks for Q · Kᵀ, 3w keys a
    /// block for P · V. Longformer pads V at both ends; here the ends are clipped.
    public static let chunkedOverlapSymmetric = blas(
        "chunked-overlap-symmetric", .symmetricWindow,
        "w keys on either side; OpenBLAS products on Longformer's 2w × 2w chunks", partition: .overlappingSquares)

    private static func blas(
        _ name: String, _ masks: MaskFamily, _ summary: String, partition: ScorePartition
    ) -> Kernel {
        Kernel(
            name, summary: summary, masks: masks, elementTypes: [.float32],
            computedPairs: { BLASAttention.computedPairs(for: $0, partition) },
            scratchBytes: { BLASAttention.scratchBytes(for: $0, partition, threads: $1) },
            make: { problem, team throws(UnsupportedProblem) in
                try BLASAttention(for: problem, partition, on: team)
            })
    }
}
