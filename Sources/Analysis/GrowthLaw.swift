import Foundation

/// time = overhead + coefficient · pairs^exponent, over the exact pair count of the series' mask.
public struct GrowthLaw: Sendable, Codable, Hashable {
    public let overheadNanoseconds: Double
    public let coefficient: Double
    public let exponent: Double

    public init(overheadNanoseconds: Double, coefficient: Double, exponent: Double) {
        self.overheadNanoseconds = overheadNanoseconds
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// - Parameter pairs: over all batches and heads.
    public func nanoseconds(pairs: Double) -> Double {
        overheadNanoseconds + coefficient * pow(pairs, exponent)
    }
}
