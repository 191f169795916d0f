import Foundation

/// A number with the interval that the data support. There is no estimate without one.
public struct Estimate: Codable, Hashable, Sendable {
    public let value: Double
    public let low: Double
    public let high: Double
    /// Coverage of the interval, such as 0.95; 0 where a single observation stands for itself.
    public let level: Double

    public init(value: Double, low: Double, high: Double, level: Double) {
        precondition(low <= value && value <= high, "\(value) lies outside its interval [\(low), \(high)]")
        precondition(level >= 0 && level < 1, "level \(level) is not a probability below 1")
        self.value = value
        self.low = low
        self.high = high
        self.level = level
    }

    /// An interval that is symmetric in the logarithm, as those of ratios and costs are.
    /// - Parameter value: above zero.
    public init(logHalfWidth: Double, around value: Double, level: Double) {
        // Beyond e^500 an interval says nothing, and JSON has no infinity.
        let factor = exp(min(logHalfWidth, 500))
        self.init(value: value, low: value / factor, high: value * factor, level: level)
    }

    private enum CodingKeys: String, CodingKey {
        case value = "estimate"
        case low, high, level
    }

    public func contains(_ value: Double) -> Bool { low <= value && value <= high }

    /// The standard error of ln(value) that a normal interval of this width and level has; nil where the interval has
    /// no coverage or no positive ends.
    public var logStandardError: Double? {
        guard level > 0, low > 0 else { return nil }
        return (log(high) - log(low)) / (2 * NormalDistribution.quantile((1 + level) / 2))
    }
}
