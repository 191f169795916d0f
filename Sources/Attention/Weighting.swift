/// How the score of a query and a key becomes the weight of the key's value.
public enum Weighting: String, Codable, Hashable, Sendable, CaseIterable {
    /// e^score over the sum of e^score of all keys that the query sees: attention as most models have it.
    case softmax
    /// The score itself: linear attention (Katharopoulos et al. 2020) without a feature map and without a norm, as RetNet's
    /// retention (Sun et al. 2023) has it without decay.
    ///
    /// o_t = Σ_{j ≤ t} (q_t · k_j) v_j is q_t · S_t, where S_t = Σ_{j ≤ t} k_jᵀ v_j has d × d elements whatever the length. Nothing of
    /// earlier tokens has to be kept but this state.
    case linear
}

/// What theory counts.
///
/// The work of linear attention has no pairs: to read a state of d × d elements takes 2·d² FLOPs for a query, and to update it 2·d²
/// for a key, where a pair takes 4·d. So both together are **as much work as d pairs**, and are counted as these. All that is said of
/// pairs, of FLOPs and of laws then holds for linear attention too.
extension Weighting {
    /// Pairs that a call cannot do without, over all batches and heads; half a pair counts as one.
    public func usefulPairs(_ pairs: PairCount, _ heads: HeadCounts, phase: Phase) -> Int {
        switch self {
        case .softmax: heads.batch * heads.query * pairs.allowed
        case .linear:
            (heads.batch * heads.dimension
                * (heads.query * pairs.queryLength + heads.keyValue * newKeys(pairs, phase)) + 1) / 2
        }
    }

    /// The same as a number that cannot overflow, for predictions at any length.
    public func predictedPairs(_ pairs: PairCount, _ heads: HeadCounts, phase: Phase) -> Double {
        let (batch, query) = (Double(heads.batch), Double(heads.query))
        return switch self {
        case .softmax: batch * query * Double(pairs.allowed)
        case .linear:
            batch * Double(heads.dimension)
                * (query * Double(pairs.queryLength) + Double(heads.keyValue) * Double(newKeys(pairs, phase))) / 2
        }
    }

    /// The fewest pairs that a kernel may say it computes. Short texts take less without a state: by each pair of tokens.
    public func fewestPairs(_ pairs: PairCount, _ heads: HeadCounts, phase: Phase) -> Int {
        min(
            usefulPairs(pairs, heads, phase: phase),
            Weighting.softmax.usefulPairs(pairs, heads, phase: phase))
    }

    /// Keys that a call cannot do without, of one head.
    public func readKeys(_ pairs: PairCount, phase: Phase) -> Int {
        switch self {
        case .softmax: pairs.touchedKeys
        case .linear: newKeys(pairs, phase)
        }
    }

    /// Bytes of states that a call reads and writes. Only decoding begins with a state and leaves another one behind.
    public func stateBytes(_ heads: HeadCounts, phase: Phase) -> Int {
        self == .linear && phase == .decode
            ? 2 * heads.batch * heads.keyValue * heads.dimension * heads.dimension * MemoryLayout<Float>.size : 0
    }

    /// Keys that the state does not have yet when a call begins.
    private func newKeys(_ pairs: PairCount, _ phase: Phase) -> Int {
        phase == .decode ? pairs.queryLength : pairs.keyLength
    }
}

/// How many heads a call has, and how many elements each of them.
public struct HeadCounts: Hashable, Sendable {
    public let batch: Int
    public let query: Int
    public let keyValue: Int
    public let dimension: Int

    public init(batch: Int, query: Int, keyValue: Int, dimension: Int) {
        (self.batch, self.query, self.keyValue, self.dimension) = (batch, query, keyValue, dimension)
    }
}

extension AttentionShape {
    public var headCounts: HeadCounts {
        HeadCounts(batch: batch, query: queryHeads, keyValue: keyValueHeads, dimension: headDimension)
    }
}
