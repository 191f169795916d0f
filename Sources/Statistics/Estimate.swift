/// A number with the interval that the data support. There is no estimate without one.
public struct Estimate: Codable, Hashable, Sendable {
    public let value: Double
    public let low: Double
    public let high: Double
    /// Coverage of the interval, such as 0.95.
    public let level: Double

    public init(value: Double, low: Double, high: Double, level: Double) {
        precondition(low <= value && value <= high, "\(value) lies outside its interval [\(low), \(high)]")
        precondition(level > 0 && level < 1, "level \(level) is not a probability")
        self.value = value
        self.low = low
        self.high = high
        self.level = level
    }
}
