import Attention
import Records

extension Kernel {
    /// Every kernel of this program, in the order in which lists and legends show them. A new kernel is a new line here.
    public static let builtIn =
        [
            full, fullBLAS, fullNaive,
            slidingWindow, slidingWindowDense, chunkedOverlap,
            attentionSink, chunkedLocal,
            fullBidirectional, symmetricWindow, chunkedOverlapSymmetric,
            linear, gatedDelta, topKBlocks,
            decodeFull, decodeWindow, decodeSink, decodeSinkUnrotated, decodeRecompute, decodeLinear, decodeGatedDelta,
            decodeTopKBlocks, decodeLatent,
        ] + gradients + losses + [reference]
}

/// The kernels that `FusedAttention` serves: each is a name and the masks that it is for.
extension Kernel {
    public static let full = fused(
        "full", masks: .causal, summary: "causal; fused, tiled, online softmax")
    public static let slidingWindow = fused(
        "sliding-window", masks: .slidingWindow, summary: "the last w keys; fused, only the band is computed")
    /// Goes over all n² pairs and masks them, as an implementation with a dense mask does: what skipping is worth.
    public static let slidingWindowDense = fused(
        "sliding-window-dense", masks: .slidingWindow,
        summary: "the last w keys; computes all n² pairs and masks them: shows the cost of a dense mask",
        FusedForm(coverage: .all)
    ).variant(of: slidingWindow.name)
    public static let attentionSink = fused(
        "attention-sink", masks: .attentionSink, summary: "the first s keys and the last w; fused (StreamingLLM's mask)"
    )
    public static let chunkedLocal = fused(
        "chunked-local", masks: .chunkedLocal,
        summary: "causal within chunks of c that do not overlap; fused (Llama 4's local layers)")
    public static let fullBidirectional = fused(
        "full-bidirectional", masks: .full, summary: "every key; fused (encoders)")
    public static let symmetricWindow = fused(
        "symmetric-window", masks: .symmetricWindow, summary: "w keys on either side; fused (encoders)")

    /// Takes any mask: what a rank attends its own part of a problem with. No list shows it, since every mask has a kernel.
    public static let fusedForAnyMask = fused(
        "fused", masks: .any, summary: "any mask; fused, tiled, online softmax")

    static func fused(
        _ name: String, masks: MaskFamily, summary: String, _ form: FusedForm = FusedForm()
    ) -> Kernel {
        Kernel(
            name, summary: summary, masks: masks, scoreOptions: Set(ScoreOption.allCases),
            computedPairs: form.computedPairs, scratchBytes: form.scratchBytes,
            retuned: {
                fused(name, masks: masks, summary: summary, FusedForm(coverage: form.coverage, tuning: $0))
            },
            make: { problem, team throws(UnsupportedProblem) in try FusedAttention(for: problem, on: team, form) })
    }
}

/// The kernels that `BLASAttention` serves: each is a name, the masks that it is for, and a cut into blocks.
extension Kernel {
    /// 256 rows keep the products near OpenBLAS's best and the scores of 16K keys within 16 MiB.
    public static let fullBLAS = blas(
        "full-blas", masks: .causal,
        summary: "causal; OpenBLAS products on blocks of 256 queries, the scores of one block held",
        partition: .rows(256)
    ).variant(of: full.name)
    /// The textbook: all scores, then softmax, then the weighted sum. Its memory curve is what others avoid.
    public static let fullNaive = blas(
        "full-naive", masks: .causal, summary: "causal; all n × n scores in memory, as in textbooks",
        partition: .whole
    ).variant(of: full.name)
    /// The one-matmul trick for windows, in its causal form: chunks of w queries against 2w keys hold every pair of the
    /// window and as many again that are masked, (2nw − w²) / (nw − w(w−1)/2) → 2× the pairs.
    public static let chunkedOverlap = blas(
        "chunked-overlap", masks: .slidingWindow,
        summary: "the last w keys; OpenBLAS products of w queries against 2w keys: 2× the pairs",
        partition: .overlappingChunks
    ).variant(of: slidingWindow.name)
    /// The trick as Longformer has it (Beltagy et al. 2020, `sliding_chunks.py`): 2w × 2w chunks for Q · Kᵀ, 3w keys a
    /// block for P · V. Longformer pads V at both ends; here the ends are clipped.
    public static let chunkedOverlapSymmetric = blas(
        "chunked-overlap-symmetric", masks: .symmetricWindow,
        summary: "w keys on either side; OpenBLAS products on Longformer's 2w × 2w chunks",
        partition: .overlappingSquares
    ).variant(of: symmetricWindow.name)

    private static func blas(
        _ name: String, masks: MaskFamily, summary: String, partition: ScorePartition
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

/// The kernels that take one query against a cache: each is a name, and what its cache keeps.
extension Kernel {
    public static let decodeFull = decode(
        "decode-full", masks: .causal,
        summary: "one token against all cached tokens; split over keys, one pass for all heads of a group"
    )
    public static let decodeWindow = decode(
        "decode-window", masks: .slidingWindow,
        summary: "one token against a rolling cache of the last w tokens (Mistral's buffer)")
    public static let decodeSink = decode(
        "decode-sink", masks: .attentionSink,
        summary: "one token against the first s and the last w tokens, keys rotated as they are read (StreamingLLM)",
        DecodeForm(positions: .cacheRelativeRotary))
    /// Takes keys as they were cached: what rotating on read costs is the difference.
    public static let decodeSinkUnrotated = decode(
        "decode-sink-unrotated", masks: .attentionSink,
        summary: "decode-sink without rotating keys: shows the cost of the rotation"
    ).variant(of: decodeSink.name)

    public static let decodeRecompute = recompute()

    private static func recompute(_ tuning: Tuning = .standard) -> Kernel {
        Kernel(
            "decode-recompute",
            summary: "one token without a cache: reads the last w tokens again for each token, as a causal prompt",
            phase: .decode, masks: .slidingWindow, computedPairs: DecodeRecompute.computedPairs,
            scratchBytes: { DecodeRecompute.scratchBytes(for: $0, threads: $1, tuning) }, retuned: recompute,
            make: { problem, team throws(UnsupportedProblem) in
                try DecodeRecompute(for: problem, on: team, tuning)
            }
        ).variant(of: decodeWindow.name)
    }

    private static func decode(
        _ name: String, masks: MaskFamily, summary: String, _ form: DecodeForm = DecodeForm()
    ) -> Kernel {
        Kernel(
            name, summary: summary, phase: .decode, masks: masks, scoreOptions: Set(ScoreOption.allCases),
            positions: form.positions,
            cacheFormats: CacheFormat.allCases, computedPairs: DecodeAttention.computedPairs,
            scratchBytes: { DecodeAttention.scratchBytes(for: $0, threads: $1, form.tuning) },
            retuned: {
                let tuned = DecodeForm(positions: form.positions, tuning: $0)
                return decode(name, masks: masks, summary: summary, tuned)
            },
            make: { problem, team throws(UnsupportedProblem) in
                try DecodeAttention(for: problem, on: team, form.tuning)
            })
    }

    /// What tells one kernel of `DecodeAttention` from another, beside the masks that it is for.
    private struct DecodeForm {
        var positions = PositionEncoding.none
        var tuning = Tuning.standard
    }
}
