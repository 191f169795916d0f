extension Kernel {
    /// Every kernel of this program, in the order in which lists and legends show them. A new kernel is a new line here.
    public static let builtIn = [
        full, fullBLAS, fullNaive,
        slidingWindow, slidingWindowDense, chunkedOverlap,
        attentionSink, chunkedLocal,
        fullBidirectional, symmetricWindow, chunkedOverlapSymmetric,
        decodeFull, decodeWindow, decodeSink, decodeSinkUnrotated, decodeRecompute,
        reference,
    ]
}
