/// How far back a text can be felt through a stack of layers that share one mask: the tokens of the input on which the
/// output at one position may depend, from the mask alone.
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
        var reached = VisibleKeys(band: position..<position + 1)
        for _ in 0..<layers {
            let next = seen(from: reached, length: length)
            if next == reached { break }
            reached = next
        }
        return reached.count
    }

    /// What the queries at these places see together: again sinks and a band, because the bands of neighbours overlap.
    private func seen(from reached: VisibleKeys, length: Int) -> VisibleKeys {
        let first = mask.visibleKeys(at: reached.band.lowerBound, keyLength: length)
        let last = mask.visibleKeys(at: reached.band.upperBound - 1, keyLength: length)
        // Where masks look ahead, the last sink sees keys that are none.
        let seenFromSinks =
            reached.sinks > 0 ? mask.visibleKeys(at: reached.sinks - 1, keyLength: length).band.upperBound : 0
        let start = max(last.sinks, seenFromSinks)
        let band = first.band.lowerBound..<max(start, last.band.upperBound)
        return VisibleKeys(sinks: min(start, band.lowerBound), band: band)
    }
}
