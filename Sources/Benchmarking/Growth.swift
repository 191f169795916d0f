import Foundation

/// A quantity that is measured at one size and then at larger ones, and predicted for all others.
///
/// From one size it is predicted in proportion to the size. From two sizes on it follows the power of the size that the two
/// largest show: what an engine's kernel takes may grow more slowly than what it could compute at most.
struct Growth: Hashable, Sendable {
    private struct Point: Hashable, Sendable {
        let size: Double
        let value: Double
    }

    /// The powers that are believed.
    private let powers: ClosedRange<Double>
    private var largest: Point?
    private var power = 1.0

    /// - Parameter powers: one alone, 1...1, where the quantity is known to be in proportion.
    init(powers: ClosedRange<Double>) { self.powers = powers }

    /// Takes in a value; of a size below the largest that is known it says nothing new.
    mutating func learn(size: Double, value: Double) {
        let new = Point(size: max(1, size), value: value)
        if let largest {
            if new.size < largest.size { return }
            if new.size > largest.size, largest.value > 0, value > 0 {
                let found = log(value / largest.value) / log(new.size / largest.size)
                power = min(max(found, powers.lowerBound), powers.upperBound)
            }
        }
        largest = new
    }

    /// Nil while nothing is known.
    func value(at size: Double) -> Double? { largest.map { $0.value * pow(max(1, size) / $0.size, power) } }
}
