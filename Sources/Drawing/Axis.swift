import Foundation
import Quantities
import Statistics

/// A tick: where it stands and what it says.
package struct Tick: Hashable {
    package let value: Double
    package let label: String

    package init(value: Double, label: String) {
        self.value = value
        self.label = label
    }
}

/// An axis: its ends, its ticks, and whether it is logarithmic.
package struct Axis {
    /// What values along an axis are, and so how one of them is read aloud.
    package enum Measure: Hashable {
        /// A count of something: "16K tokens".
        case count(unit: String)
        case nanoseconds, bytes, plain
    }

    package let low: Double
    package let high: Double
    package let isLogarithmic: Bool
    package let ticks: [Tick]
    package var measure = Measure.plain

    package init(low: Double, high: Double, isLogarithmic: Bool, ticks: [Tick], measure: Measure = .plain) {
        self.low = low
        self.high = high
        self.isLogarithmic = isLogarithmic
        self.ticks = ticks
        self.measure = measure
    }

    /// 0 at the low end, 1 at the high end.
    package func fraction(of value: Double) -> Double {
        isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    }

    /// Lengths or other powers of two, labelled 4K, 64K; every second, third … power where they would crowd.
    package static func powersOfTwo(
        from low: Double, to high: Double, atMost count: Int, label: (Double) -> String
    ) -> Axis {
        let (low, high) = drawable(from: low, to: high)
        let first = Int(saturating: log2(low).rounded(.up))
        let last = Int(saturating: log2(high).rounded(.down))
        let stride = max(1, Int(saturating: (Double(last - first + 1) / Double(count)).rounded(.up)))
        // Ticks stand on multiples of the stride, so that 1, 4, 16 … do not become 2, 8, 32 … when an end moves.
        let powers = (first...max(first, last)).filter { $0.isMultiple(of: stride) }
        return Axis(
            low: low, high: high, isLogarithmic: true,
            ticks: powers.map { Tick(value: exp2(Double($0)), label: label(exp2(Double($0)))) })
    }

    /// Ends between which a logarithmic axis can be drawn: positive, finite, the lower one first. What is drawn may come
    /// from a file, where a value can be anything.
    private static func drawable(from low: Double, to high: Double) -> (low: Double, high: Double) {
        let range = 1e-30...1e30
        let least = low.isNaN ? range.lowerBound : min(max(low, range.lowerBound), range.upperBound / 2)
        let most = high.isNaN ? range.upperBound : min(max(high, 1.01 * least), range.upperBound)
        return (least, most)
    }

    /// This axis with one more tick.
    package func marking(_ tick: Tick) -> Axis {
        Axis(
            low: low, high: high, isLogarithmic: isLogarithmic, ticks: ticks.filter { $0.value != tick.value } + [tick],
            measure: measure)
    }

    /// Ticks whose labels do not touch: the last one first, then as many as fit to its left.
    package func ticksWithRoom(width: Double, size: Double) -> Set<Tick> {
        var free = Double.infinity
        var kept: Set<Tick> = []
        for tick in ticks.sorted(by: { $0.value > $1.value }) {
            let centre = fraction(of: tick.value) * width
            let half = FigureStyle.textWidth(tick.label, size: size) / 2
            guard centre + half + size / 3 <= free else { continue }
            kept.insert(tick)
            free = centre - half
        }
        return kept
    }

    /// Powers of two as people write counts of a unit: 4K, 64K, 1M.
    package static func counts(of unit: String, from low: Int, to high: Int) -> Axis {
        powersOfTwo(from: Double(low), to: Double(high), atMost: 9) { TokenCount.text(Int(saturating: $0)) }
            .measuring(.count(unit: unit))
    }

    package static func bytes(from low: Double, to high: Double) -> Axis {
        powersOfTwo(from: low, to: high, atMost: 8) { byteLabel($0) }.measuring(.bytes)
    }

    private func measuring(_ measure: Measure) -> Axis {
        var axis = self
        axis.measure = measure
        return axis
    }

    /// 1 µs, 10 µs … 10 s, then as people count: 1 min, 10 min, 1 h, 10 h … Where there are few, also 2 and 5 of each.
    package static func times(fromNanoseconds low: Double, to high: Double) -> Axis {
        let (low, high) = drawable(from: low, to: high)
        let units = (0...10).map { pow(10, Double($0)) } + [60e9, 600e9] + (0...6).map { 3600e9 * pow(10, Double($0)) }
        let steps = log10(high / low) < 2.2 ? [1.0, 2, 5] : [1.0]
        let values = units.flatMap { unit in steps.map { $0 * unit } }
        return Axis(
            low: low, high: high, isLogarithmic: true,
            ticks: values.filter { $0 >= low && $0 <= high }.map { Tick(value: $0, label: timeLabel($0)) },
            measure: .nanoseconds)
    }

    /// From zero, in steps of 1, 2 or 5 times a power of ten, about five of them, or as many as there is room for.
    package static func linear(from low: Double = 0, to high: Double, count: Double = 5) -> Axis {
        let low = low.isFinite ? low : 0
        let high = high.isFinite && high > low ? high : low + 1
        let rough = (high - low) / count
        let decade = pow(10, log10(rough).rounded(.down))
        let step = [1.0, 2, 5, 10].map { $0 * decade }.first { $0 >= rough * 0.999 } ?? rough
        let first = (low / step).rounded(.up)
        let steps = Int(saturating: ((high - first * step) / step + 1e-9).rounded(.down))
        let values = (0...max(0, steps)).map { (first + Double($0)) * step }
        let place = Int(saturating: (log10(step) + 1e-9).rounded(.down))
        return Axis(
            low: low, high: high, isLogarithmic: false,
            ticks: values.map { Tick(value: $0, label: Quantity.number($0, place: min(0, place))) })
    }

    /// "64 MiB": powers of two are whole in their unit.
    private static func byteLabel(_ bytes: Double) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        let unit = min(units.count - 1, max(0, Int(saturating: log2(bytes)) / 10))
        return Quantity.count(Int(saturating: bytes / exp2(Double(10 * unit)))) + " " + units[unit]
    }

    private static func timeLabel(_ nanoseconds: Double) -> String {
        let units = [("h", 3600e9), ("min", 60e9), ("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0)]
        let (name, size) = units.first { nanoseconds >= $0.1 * 0.999 } ?? units[units.count - 1]
        let value = nanoseconds / size
        return Quantity.significant(value, digits: 1) + " " + name
    }
}

extension Axis {
    /// Powers of ten between two values, with 2 and 5 of each where they are few; labelled by the caller.
    package static func decades(from low: Double, to high: Double, label: (Double) -> String) -> Axis {
        let powers = Int(saturating: log10(low).rounded(.down))...Int(saturating: log10(high).rounded(.up))
        let steps = log10(high / low) < 2.2 ? [1.0, 2, 5] : [1.0]
        let values = powers.flatMap { power in steps.map { $0 * pow(10, Double(power)) } }
        return Axis(
            low: low, high: high, isLogarithmic: true,
            ticks: values.filter { $0 >= low && $0 <= high }.map { Tick(value: $0, label: label($0)) })
    }
}

/// Places along an axis at which a smooth curve is drawn.
package enum Sampling {
    /// Evenly spaced on a logarithmic axis, both ends included. Smooth functions need few; steps need more.
    package static func lengths(_ range: ClosedRange<Int>, perOctave: Int = 8) -> [Int] {
        let octaves = log2(Double(range.upperBound) / Double(range.lowerBound))
        let steps = max(1, Int(saturating: (octaves * Double(perOctave)).rounded(.up)))
        let lengths = (0...steps).map { step in
            Int(saturating: (Double(range.lowerBound) * exp2(octaves * Double(step) / Double(steps))).rounded())
        }
        return Set(lengths).sorted()
    }
}
