import Attention

/// The kernels of the builds that wrote results files of version 1, in the order in which those builds listed them. Lines of
/// that version name a kernel and say nothing of it; this table says the rest. It is frozen: it describes those builds, and
/// does not follow the kernels of this one.
package enum Version1Kernel: String, CaseIterable {
    case full
    case fullBLAS = "full-blas"
    case fullNaive = "full-naive"
    case slidingWindow = "sliding-window"
    case slidingWindowDense = "sliding-window-dense"
    case chunkedOverlap = "chunked-overlap"
    case attentionSink = "attention-sink"
    case chunkedLocal = "chunked-local"
    case fullBidirectional = "full-bidirectional"
    case symmetricWindow = "symmetric-window"
    case chunkedOverlapSymmetric = "chunked-overlap-symmetric"
    case decodeFull = "decode-full"
    case decodeWindow = "decode-window"
    case decodeSink = "decode-sink"
    case decodeSinkUnrotated = "decode-sink-unrotated"
    case decodeRecompute = "decode-recompute"
    case reference

    package var phase: Phase {
        switch self {
        case .decodeFull, .decodeWindow, .decodeSink, .decodeSinkUnrotated, .decodeRecompute: .decode
        case .full, .fullBLAS, .fullNaive, .slidingWindow, .slidingWindowDense, .chunkedOverlap, .attentionSink,
            .chunkedLocal, .fullBidirectional, .symmetricWindow, .chunkedOverlapSymmetric, .reference:
            .prefill
        }
    }

    /// In the list of kernels; one that the list lacks comes after all.
    package static func place(of name: String) -> Int {
        allCases.firstIndex { $0.rawValue == name } ?? allCases.count
    }

    /// A kernel that the list lacks decodes where it has one query against several keys.
    package static func phase(of name: String, _ problem: AttentionProblem) -> Phase {
        Version1Kernel(rawValue: name)?.phase
            ?? (problem.shape.queryLength == 1 && problem.shape.keyLength > 1 ? .decode : .prefill)
    }
}
