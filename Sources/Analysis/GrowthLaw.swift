import Foundation

/// time = overhead + coefficient · work^exponent, over the exact pair count of the series' mask, or in decode over the
/// bytes that must move: `SeriesParameters.work(length:)`.
public struct GrowthLaw: Sendable, Codable, Hashable {
    public let overheadNanoseconds: Double
    public let coefficient: Double
    public let exponent: Double

    public init(overheadNanoseconds: Double, coefficient: Double, exponent: Double) {
        self.overheadNanoseconds = overheadNanoseconds
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// - Parameter work: over all batches and heads.
    public func nanoseconds(work: Double) -> Double {
        overheadNanoseconds + coefficient * pow(work, exponent)
    }
}
