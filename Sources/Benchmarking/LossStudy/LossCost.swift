import Attention
import Kernels
import Statistics

/// What one pass of one kernel over one problem took.
public struct LossCost: Sendable, Codable, Hashable {
    public let kernel: String
    public let pass: CrossEntropyPass
    public let tokens: Int
    public let vocabulary: Int
    public let hiddenSize: Int
    public let elementType: ElementType
    public let threads: Int
    /// Of one call: the median over rounds.
    public let seconds: Double
    /// What the kernel computes, by its closed form; with a filter, what it would compute without.
    public let flops: Int
    /// FLOPs a second over those of OpenBLAS's product H · Wᵀ in the same rounds: the median of their ratios. Nil where the
    /// elements are not float32, which OpenBLAS does not multiply.
    public let shareOfProduct: Double?
    /// Beside inputs, losses and gradients, by the kernel's closed form.
    public let scratchBytes: Int
    /// The same as the system saw it; nil where it does not tell.
    public let residentBytes: Int?
    /// Nil for a kernel without a filter.
    public let filter: FilterCost?

    public var flopsPerSecond: Double { Double(flops) / seconds }
}

/// What a filter saves, and at what price.
public struct FilterCost: Sendable, Codable, Hashable {
    /// Of all granules of the gradient of the logits.
    public let leftOut: Double
    /// √(Σ (x − exact)² / Σ exact²) against the same kernel without a filter.
    public let hiddenError: Double
    public let classifierError: Double
}

/// A problem that a kernel did not get, and why.
public struct SkippedLoss: Sendable, Codable, Hashable {
    public let kernel: String
    public let vocabulary: Int
    public let hiddenSize: Int
    public let reason: String
}

/// A kernel whose losses or gradients are not those of the formulas.
public struct WrongLoss: Sendable, Codable, Hashable {
    public let kernel: String
    public let vocabulary: Int
    public let hiddenSize: Int
    public let reason: String
}
