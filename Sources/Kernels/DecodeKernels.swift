import Attention

/// The kernels that DecodeAttention serves: each is a name, and what its cache keeps.

public final class DecodeFullAttention: DecodeAttention, AttentionKernel {
    public static let name = "decode-full"
    public static let summary = "one token against every cached one; split over keys, one pass for all heads of a group"
    public static let maskFamily = MaskFamily.causal
    public static let phase = Phase.decode
}

public final class DecodeWindowAttention: DecodeAttention, AttentionKernel {
    public static let name = "decode-window"
    public static let summary = "one token against a rolling cache of the last w (Mistral's buffer)"
    public static let maskFamily = MaskFamily.slidingWindow
    public static let phase = Phase.decode
}

public final class DecodeSinkAttention: DecodeAttention, AttentionKernel {
    public static let name = "decode-sink"
    public static let summary = "one token against s anchors and the last w, keys rotated on read (StreamingLLM)"
    public static let maskFamily = MaskFamily.attentionSink
    public static let phase = Phase.decode
    override public class var positions: PositionEncoding { .cacheRelativeRotary }
}

/// Takes keys as they were cached: what rotating on read costs is the difference.
public final class DecodeSinkUnrotatedAttention: DecodeAttention, AttentionKernel {
    public static let name = "decode-sink-unrotated"
    public static let summary = "the same with keys used as cached: what rotating on read costs"
    public static let maskFamily = MaskFamily.attentionSink
    public static let phase = Phase.decode
}
