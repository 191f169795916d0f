import Attention

/// The kernels that BLASAttention serves: each is a name, the masks that it is for, and a cut into blocks.

public final class FullBLASAttention: BLASAttention, AttentionKernel {
    public static let name = "full-blas"
    public static let summary = "causal; OpenBLAS products on blocks of 256 queries, the scores of one block held"
    public static let maskFamily = MaskFamily.causal
    /// 256 rows keep the products near OpenBLAS's best and the scores of 16K keys within 16 MiB.
    override class var partition: ScorePartition { .rows(256) }
}

/// The textbook: all scores, then softmax, then the weighted sum. Its memory curve is what others avoid.
public final class FullNaiveAttention: BLASAttention, AttentionKernel {
    public static let name = "full-naive"
    public static let summary = "causal; all n × n scores in memory: the textbook's curve"
    public static let maskFamily = MaskFamily.causal
    override class var partition: ScorePartition { .whole }
}

/// The one-matmul trick for windows, in its causal form: chunks of w queries against 2w keys hold every pair of the
/// window and as many again that are masked, (2nw − w²) / (nw − w(w−1)/2) → 2× the pairs.
public final class ChunkedOverlapAttention: BLASAttention, AttentionKernel {
    public static let name = "chunked-overlap"
    public static let summary = "the last w keys; OpenBLAS products of w queries against 2w keys: 2× the pairs"
    public static let maskFamily = MaskFamily.slidingWindow
    override class var partition: ScorePartition { .overlappingChunks }
}

/// The trick as Longformer has it (Beltagy et al. 2020, `sliding_chunks.py`): 2w × 2w chunks for Q · Kᵀ, 3w keys a
/// block for P · V. Longformer pads V at both ends; here the ends are clipped.
public final class ChunkedOverlapSymmetricAttention: BLASAttention, AttentionKernel {
    public static let name = "chunked-overlap-symmetric"
    public static let summary = "w keys on either side; OpenBLAS products on Longformer's 2w × 2w chunks"
    public static let maskFamily = MaskFamily.symmetricWindow
    override class var partition: ScorePartition { .overlappingSquares }
}
