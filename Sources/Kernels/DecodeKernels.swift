import Attention

/// The kernels that take one query against a cache: each is a name, and what its cache keeps.
extension Kernel {
    public static let decodeFull = decode(
        "decode-full", .causal, "one token against every cached one; split over keys, one pass for all heads of a group"
    )
    public static let decodeWindow = decode(
        "decode-window", .slidingWindow, "one token against a rolling cache of the last w (Mistral's buffer)")
    public static let decodeSink = decode(
        "decode-sink", .attentionSink,
        "one token against s anchors and the last w, keys rotated on read (StreamingLLM)",
        positions: .cacheRelativeRotary)
    /// Takes keys as they were cached: what rotating on read costs is the difference.
    public static let decodeSinkUnrotated = decode(
        "decode-sink-unrotated", .attentionSink, "the same with keys used as cached: what rotating on read costs")

    public static let decodeRecompute = Kernel(
        "decode-recompute", summary: "one token without a cache: the last w read anew each time, as a causal prompt",
        phase: .decode, masks: .slidingWindow,
        computedPairs: DecodeRecompute.computedPairs, scratchBytes: DecodeRecompute.scratchBytes,
        make: { problem, team throws(UnsupportedProblem) in try DecodeRecompute(for: problem, on: team) })

    private static func decode(
        _ name: String, _ masks: MaskFamily, _ summary: String, positions: PositionEncoding = .none
    ) -> Kernel {
        Kernel(
            name, summary: summary, phase: .decode, masks: masks, positions: positions,
            cacheFormats: CacheFormat.allCases,
            computedPairs: DecodeAttention.computedPairs, scratchBytes: DecodeAttention.scratchBytes,
            make: { problem, team throws(UnsupportedProblem) in try DecodeAttention(for: problem, on: team) })
    }
}
