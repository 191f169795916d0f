import Attention

/// The kernels that FusedAttention serves: each is a name and the masks that it is for.

public final class FullAttention: FusedAttention, AttentionKernel {
    public static let name = "full"
    public static let summary = "causal; fused, tiled, online softmax"
    public static let maskFamily = MaskFamily.causal
}

public final class SlidingWindowAttention: FusedAttention, AttentionKernel {
    public static let name = "sliding-window"
    public static let summary = "the last w keys; fused, only the band is computed"
    public static let maskFamily = MaskFamily.slidingWindow
}

/// Goes over all n² pairs and masks them, as an implementation with a dense mask does: what skipping is worth.
public final class SlidingWindowDenseAttention: FusedAttention, AttentionKernel {
    public static let name = "sliding-window-dense"
    public static let summary = "the last w keys; computes all n² pairs and masks: what a dense mask costs"
    public static let maskFamily = MaskFamily.slidingWindow
    override class var coverage: KeyCoverage { .all }
}

public final class AttentionSinkAttention: FusedAttention, AttentionKernel {
    public static let name = "attention-sink"
    public static let summary = "the first s keys and the last w; fused (StreamingLLM's mask)"
    public static let maskFamily = MaskFamily.attentionSink
}

public final class ChunkedLocalAttention: FusedAttention, AttentionKernel {
    public static let name = "chunked-local"
    public static let summary = "causal within chunks of c that do not overlap; fused (Llama 4's local layers)"
    public static let maskFamily = MaskFamily.chunkedLocal
}

public final class FullBidirectionalAttention: FusedAttention, AttentionKernel {
    public static let name = "full-bidirectional"
    public static let summary = "every key; fused (encoders)"
    public static let maskFamily = MaskFamily.full
}

public final class SymmetricWindowAttention: FusedAttention, AttentionKernel {
    public static let name = "symmetric-window"
    public static let summary = "w keys on either side; fused (encoders)"
    public static let maskFamily = MaskFamily.symmetricWindow
}
