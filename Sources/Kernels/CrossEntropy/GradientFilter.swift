/// Which parts of the gradient of the logits a backward pass leaves out.
public enum GradientFilter: Hashable, Sendable {
    case none
    /// Granules of eight words and one block of tokens in which every gradient, of the loss of its own token, is smaller. One with
    /// a NaN stays.
    case below(Float)

    /// 2⁻¹², as Cut Cross-Entropy has it: beside a sum near 1, bfloat16 does not show what is smaller.
    public static let bfloat16 = GradientFilter.below(0x1p-12)

    /// Nil where nothing is left out.
    public var limit: Float? {
        switch self {
        case .none: nil
        case .below(let limit): limit
        }
    }
}

/// What a filter did in one call.
public struct FilteredGranules: Hashable, Sendable {
    public let leftOut: Int
    /// Of the whole problem.
    public let all: Int

    public var share: Double { Double(leftOut) / Double(all) }
}
