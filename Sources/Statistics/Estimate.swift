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
        // Half-widths beyond 500 say nothing, and JSON has no infinity.
        let factor = exp(min(logHalfWidth, 500))
        let high = min(value * factor, .greatestFiniteMagnitude)
        self.init(value: value, low: value / factor, high: high, level: level)
    }

    private enum CodingKeys: String, CodingKey {
        case value = "estimate"
        case low, high, level
    }

    /// So many times this. One factor keeps the three numbers in their order, whatever is rounded; dividing them by one another and
    /// multiplying again does not.
    /// - Parameter factor: above zero.
    public func scaled(by factor: Double) -> Estimate {
        Estimate(value: value * factor, low: low * factor, high: high * factor, level: level)
    }

    /// One over a positive estimate.
    public var reciprocal: Estimate { Estimate(value: 1 / value, low: 1 / high, high: 1 / low, level: level) }

    public func contains(_ value: Double) -> Bool { low <= value && value <= high }

    /// How many times larger this is than another positive estimate, independent of it. The limits combine the two
    /// intervals as they stand (Zou and Donner's method of variance estimates recovery, 2008), so they need not be
    /// normal or symmetric. The level is the lower of the two.
    public func ratio(to other: Estimate) -> Estimate {
        let below = hypot(log(value / low), log(other.high / other.value))
        let above = hypot(log(high / value), log(other.value / other.low))
        let ratio = value / other.value
        return Estimate(
            value: ratio, low: ratio * exp(-below), high: ratio * exp(min(above, 500)), level: min(level, other.level))
    }
}

extension Estimate {
    /// The sum of independent estimates, at least one. The limits combine the distances from the values as `ratio(to:)` combines their
    /// logarithms, and the level is the lowest.
    public static func sum(_ terms: [Estimate]) -> Estimate {
        let value = terms.reduce(0) { $0 + $1.value }
        let below = terms.reduce(0) { $0 + ($1.value - $1.low) * ($1.value - $1.low) }.squareRoot()
        let above = terms.reduce(0) { $0 + ($1.high - $1.value) * ($1.high - $1.value) }.squareRoot()
        return Estimate(
            value: value, low: value - below, high: value + above, level: terms.map(\.level).min() ?? 0)
    }
}

/// A doubt about a result that does not stop the analysis: it travels with the number and surfaces as a footnote.
public struct Caution: Hashable, Sendable, Codable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
