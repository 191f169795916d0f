import Statistics

/// What a mix took at one length. Ratios are those of one round each, so that both sides met the same machine.
public struct MixCost: Sendable, Codable, Hashable {
    public let length: Int
    public let rounds: Int
    /// Seconds of one call of each kind.
    public let kinds: [Estimate]
    /// Calls of all layers of the stack, by these.
    public let sum: Estimate
    /// The layers one after the other, as they were measured.
    public let stack: Estimate
    /// Stack over sum: 1 where costs add up.
    public let stackOverSum: Estimate
    /// As many layers of full attention over the stack.
    public let speedUp: Estimate
    /// Part of the sum that layers of full attention take; nil where the mix has none.
    public let fullShare: Estimate?

    public init(
        length: Int, rounds: Int, kinds: [Estimate], sum: Estimate, stack: Estimate, stackOverSum: Estimate,
        speedUp: Estimate, fullShare: Estimate?
    ) {
        self.length = length
        self.rounds = rounds
        self.kinds = kinds
        self.sum = sum
        self.stack = stack
        self.stackOverSum = stackOverSum
        self.speedUp = speedUp
        self.fullShare = fullShare
    }

    /// - Parameters:
    ///   - kinds: seconds of one call of each kind in each round.
    ///   - stack: seconds of one pass in each round.
    init(length: Int, kinds: [[Double]], stack: [Double], of mix: LayerMix) throws(DurationsError) {
        let counts = mix.counts
        func sums(_ isCounted: (Int) -> Bool) -> [Double] {
            stack.indices.map { round in
                counts.indices.reduce(0) { isCounted($1) ? $0 + Double(counts[$1]) * kinds[$1][round] : $0 }
            }
        }
        func median(_ values: [Double]) throws(DurationsError) -> Estimate { try Durations(values).medianEstimate() }
        let sum = sums { _ in true }
        let full = sums { mix.kinds[$0].layer.isFull }
        var estimates: [Estimate] = []
        for times in kinds { estimates.append(try median(times)) }
        self.init(
            length: length, rounds: stack.count, kinds: estimates, sum: try median(sum), stack: try median(stack),
            stackOverSum: try median(zip(stack, sum).map { $0 / $1 }),
            speedUp: try median(zip(kinds[mix.full], stack).map { Double(mix.order.count) * $0 / $1 }),
            fullShare: full[0] > 0 ? try median(zip(full, sum).map { $0 / $1 }) : nil)
    }
}

/// A length that was not measured, and why.
public struct SkippedMix: Sendable, Codable, Hashable {
    public let length: Int
    public let reason: String

    public init(length: Int, reason: String) { (self.length, self.reason) = (length, reason) }
}

/// A layer whose output is not that of the formula.
public struct WrongLayer: Sendable, Codable, Hashable {
    public let layer: String
    public let length: Int
    public let reason: String

    public init(layer: String, length: Int, reason: String) {
        (self.layer, self.length, self.reason) = (layer, length, reason)
    }
}
