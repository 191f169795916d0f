import Attention

/// The kernels that `FusedAttention` serves: each is a name and the masks that it is for.
extension Kernel {
    public static let full = fused("full", .causal, "causal; fused, tiled, online softmax")
    public static let slidingWindow = fused(
        "sliding-window", .slidingWindow, "the last w keys; fused, only the band is computed")
    /// Goes over all n² pairs and masks them, as an implementation with a dense mask does: what skipping is worth.
    public static let slidingWindowDense = fused(
        "sliding-window-dense", .slidingWindow,
        "the last w keys; computes all n² pairs and masks: what a dense mask costs", coverage: .all)
    public static let attentionSink = fused(
        "attention-sink", .attentionSink, "the first s keys and the last w; fused (StreamingLLM's mask)")
    public static let chunkedLocal = fused(
        "chunked-local", .chunkedLocal,
        "causal within chunks of c that do not overlap; fused (Llama 4's local layers)")
    public static let fullBidirectional = fused("full-bidirectional", .full, "every key; fused (encoders)")
    public static let symmetricWindow = fused(
        "symmetric-window", .symmetricWindow, "w keys on either side; fused (encoders)")

    static func fused(
        _ name: String, _ masks: MaskFamily, _ summary: String, coverage: KeyCoverage = .visible
    ) -> Kernel {
        Kernel(
            name, summary: summary, masks: masks,
            computedPairs: { FusedAttention.computedPairs(for: $0, coverage) },
            scratchBytes: { FusedAttention.scratchBytes(for: $0, coverage, threads: $1) },
            make: { problem, team throws(UnsupportedProblem) in
                try FusedAttention(for: problem, coverage, on: team)
            })
    }
}
