/// How far back a text can be felt through a stack of layers that share one mask: the tokens of the input on which the
/// output at one position may depend, in closed form.
///
/// A window of w keys hands each layer the w − 1 tokens before its own, so L layers reach L(w − 1) back. Sinks see no
/// key but earlier sinks, so however deep the stack they add themselves and nothing else. Chunks that do not overlap
/// add nothing at all: no depth leaves the chunk. It is an upper bound on what a model can remember, not a promise.
public struct ReceptiveField: Hashable, Sendable {
    public let mask: Mask
    public let layers: Int

    /// - Precondition: layers are not negative; with none, a token sees itself alone.
    public init(mask: Mask, layers: Int) {
        precondition(layers >= 0, "\(layers) layers are no stack")
        self.mask = mask
        self.layers = layers
    }

    /// Tokens on which the output at `position` (from 0) of a text of `length` tokens may depend.
    public func tokens(at position: Int, length: Int) -> Int {
        precondition((0..<length).contains(position), "position \(position) is outside a text of \(length) tokens")
        guard layers > 0 else { return 1 }
        let seenBefore = position + 1
        switch mask {
        case .full: return length
        case .causal: return seenBefore
        case .slidingWindow(let window): return min(seenBefore, band(window))
        case .attentionSink(let sinks, let window): return min(seenBefore, band(window) + sinks)
        case .symmetricWindow(let radius):
            let reach = layers.multipliedReportingOverflow(by: radius)
            let side = reach.overflow ? length : min(length, reach.partialValue)
            return min(position, side) + 1 + min(length - 1 - position, side)
        case .chunkedLocal(let chunk): return position % chunk + 1
        }
    }

    /// L(w − 1) + 1; beyond counting it is longer than any text.
    private func band(_ window: Int) -> Int {
        let reach = layers.multipliedReportingOverflow(by: window - 1)
        return reach.overflow ? AttentionShape.longestLength : min(reach.partialValue, AttentionShape.longestLength) + 1
    }
}
