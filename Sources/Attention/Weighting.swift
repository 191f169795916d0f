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
    /// Linear attention whose state forgets and corrects itself: the gated delta rule (Yang et al. 2025, "Gated Delta Networks"), as Qwen3-Next
    /// has it, with one α a head.
    ///
    /// S_t = α_t (I − β_t k_tᵀ k_t) S_{t−1} + β_t k_tᵀ v_t, and o_t = q_t · S_t, where queries and keys are first divided by their lengths. Each
    /// token takes out of the state what it holds for the token's key, and writes the token's value there: one step of gradient descent on
    /// ‖k_t · S − v_t‖². With β = 0 nothing is written, with α = 1 nothing fades.
    case gatedDelta = "gated-delta"
}

extension Weighting {
    /// Whether a state of d × d elements stands for all earlier tokens.
    public var hasState: Bool { self != .softmax }

    /// Whether the weights are those of this mask. A sum over all tokens has no order; the delta rule has one.
    public func takes(_ mask: Mask) -> Bool {
        switch self {
        case .softmax: true
        case .linear: mask == .causal || mask.isUnmasked
        case .gatedDelta: mask == .causal
        }
    }

    /// Whether the masks of a family, or some of them, are such.
    public func takes(_ masks: MaskFamily) -> Bool {
        switch self {
        case .softmax: true
        case .linear: [.causal, .full, .any].contains(masks)
        case .gatedDelta: [.causal, .any].contains(masks)
        }
    }

    /// Whether each token has a decay and a writing strength (`StateGates`).
    public var hasGates: Bool { self == .gatedDelta }

    /// What is added to the square of a row's length before queries and keys are divided by it, so that zeros stay zeros. As
    /// flash-linear-attention has it.
    public static let leastSquaredLength = 1e-6

    /// Products of d × d elements with the state that a new key takes: to be written, and for the delta rule to read what is there.
    fileprivate var productsPerKey: Int { self == .gatedDelta ? 2 : 1 }
}

/// What theory counts.
///
/// The work of linear attention has no pairs: to read a state of d × d elements takes 2·d² FLOPs for a query, and to update it 2·d²
/// for a key, where a pair takes 4·d. So both together are **as much work as d pairs**, and are counted as these. All that is said of
/// pairs, of FLOPs and of laws then holds for linear attention too. The delta rule also reads the state for each key: one and a half times
/// as much.
extension Weighting {
    /// Pairs that a call cannot do without, over all batches and heads; half a pair counts as one.
    public func usefulPairs(_ pairs: PairCount, _ heads: HeadCounts, phase: Phase) -> Int {
        switch self {
        case .softmax:
            heads.batch * heads.query * pairs.allowed + (heads.batch * heads.query * pairs.blockScores + 1) / 2
        case .linear, .gatedDelta:
            (heads.batch * heads.dimension
                * (heads.query * pairs.queryLength + productsPerKey * heads.keyValue * newKeys(pairs, phase)) + 1) / 2
        }
    }

    /// The same as a number that cannot overflow, for predictions at any length.
    public func predictedPairs(_ pairs: PairCount, _ heads: HeadCounts, phase: Phase) -> Double {
        let (batch, query) = (Double(heads.batch), Double(heads.query))
        return switch self {
        case .softmax: batch * query * (Double(pairs.allowed) + Double(pairs.blockScores) / 2)
        case .linear, .gatedDelta:
            batch * Double(heads.dimension)
                * (query * Double(pairs.queryLength)
                    + Double(productsPerKey * heads.keyValue) * Double(newKeys(pairs, phase))) / 2
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
        case .linear, .gatedDelta: newKeys(pairs, phase)
        }
    }

    /// Bytes of states that a call reads and writes. Only decoding begins with a state and leaves another one behind.
    public func stateBytes(_ heads: HeadCounts, phase: Phase) -> Int {
        hasState && phase == .decode
            ? 2 * heads.batch * heads.keyValue * heads.dimension * heads.dimension * MemoryLayout<Float>.size : 0
    }

    /// Keys that the state does not have yet when a call begins.
    private func newKeys(_ pairs: PairCount, _ phase: Phase) -> Int {
        phase == .decode ? pairs.queryLength : pairs.keyLength
    }
}

/// How many heads a call has, and how many elements each of them.
public struct HeadCounts: Hashable, Sendable, Codable {
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
