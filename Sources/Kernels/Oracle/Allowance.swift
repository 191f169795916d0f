/// How far an output may be from the reference.
public struct Allowance: Hashable, Sendable {
    /// Times the error of the plain loops in the same element type.
    public let tolerance: Double
    /// What the gradients of a loss may lack.
    public let filter: GradientFilter

    public init(tolerance: Double = Accuracy.ownTolerance, filter: GradientFilter = .none) {
        self.tolerance = tolerance
        self.filter = filter
    }
}
