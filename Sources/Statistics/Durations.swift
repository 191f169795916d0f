import Faults

/// Durations of one thing, measured repeatedly: positive, finite, ascending, never empty.
public struct Durations: Hashable, Sendable {
    /// Ascending.
    public let values: [Double]

    public init(_ values: some Sequence<Double>) throws(DurationsError) {
        let values = values.sorted()
        guard !values.isEmpty else { throw .empty }
        if let bad = values.first(where: { !$0.isFinite || $0 <= 0 }) { throw .notADuration(bad) }
        self.values = values
    }

    public var count: Int { values.count }
    public var minimum: Double { values[0] }
    public var maximum: Double { values[count - 1] }
    public var median: Double { quantile(0.5) }

    /// The quantile by linear interpolation between order statistics (Hyndman and Fan's type 7, as in NumPy and R).
    public func quantile(_ probability: Double) -> Double { Self.quantile(probability, ofSorted: values) }

    /// The type 7 quantile of any ascending numbers, not only durations.
    public static func quantile(_ probability: Double, ofSorted values: [Double]) -> Double {
        precondition((0...1).contains(probability), "probability \(probability) lies outside [0, 1]")
        let place = probability * Double(values.count - 1)
        let below = Int(saturating: place)
        guard below + 1 < values.count else { return values[values.count - 1] }
        return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
    }
}

public enum DurationsError: Fault, Equatable {
    case empty
    case notADuration(Double)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .empty: "a sample needs at least one duration"
        case .notADuration(let value): "\(value) is not a duration; every value must be positive and finite"
        }
    }
}
