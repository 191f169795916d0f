import Foundation
import Statistics

/// Numbers as readers want them: a unit that fits, commas between thousands, and no digit that the interval does not
/// support. An interval of half-width 0.0061 supports the third decimal, one of 60 the tens.
public enum Quantity {
    /// "16,384".
    public static func count(_ value: Int) -> String { number(Double(value), place: 0) }

    /// "16K" where that is exact, else "10,000,000".
    public static func tokens(_ value: Int) -> String {
        let short = TokenCount.text(value)
        return short.last?.isLetter == true ? short : count(value)
    }

    /// "91 %"; below 10 % two digits, "4.2 %".
    public static func percent(_ fraction: Double) -> String {
        significant(fraction * 100, digits: 2) + " %"
    }

    /// "3.1e-07": two digits and a power of ten, for errors.
    public static func scientific(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.1e", value) }

    /// "8.1 %": rounded to so many powers of ten of a per cent.
    public static func percent(_ fraction: Double, place: Int) -> String { number(fraction * 100, place: place) + " %" }

    /// "2.04×".
    public static func ratio(_ value: Double) -> String {
        number(value, place: value < 10 ? -2 : max(-1, exponent(of: value) - 2)) + "×"
    }

    /// A ratio as what it adds: "+8.1 %", "−12.0 %".
    package static func change(_ ratio: Double) -> String {
        let percent = (ratio - 1) * 100
        return (percent >= 0 ? "+" : "−") + number(abs(percent), place: abs(percent) < 99.95 ? -1 : 0) + " %"
    }

    /// "×/÷ 1.17": the factor from the middle of [low, high] to either end, on a logarithmic scale.
    public static func factor(low: Double, high: Double) -> String {
        let factor = (high / low).squareRoot()
        return "×/÷ " + (factor < 10 ? number(factor, place: -2) : significant(factor, digits: 2))
    }

    /// "54.2 GFLOP/s".
    public static func flops(perSecond rate: Double) -> String {
        let units = [(1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s")]
        let (size, name) = units.first { rate >= $0.0 * 0.9995 } ?? units[2]
        return significant(rate / size, digits: 3) + " " + name
    }

    /// "21.4 GB/s".
    public static func bytes(perSecond rate: Double) -> String {
        significant(rate / 1e9, digits: 3) + " GB/s"
    }

    /// "16.5 MiB": binary units, three digits.
    public static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var value = Double(count)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return (unit == 0 ? "\(count)" : significant(value, digits: 3)) + " " + units[unit]
    }

    /// "1.00 ± 0.02"; where one side is much wider, "1.50 [1.40, 1.90]".
    public static func estimate(_ estimate: Estimate) -> String {
        guard estimate.low < estimate.high else { return significant(estimate.value, digits: 3) }
        let sides = [estimate.high - estimate.value, estimate.value - estimate.low]
        if sides.max()! > 1.5 * sides.min()! { return interval(estimate) }
        let halfWidth = halfWidth(of: estimate)
        let place = supportedPlace(value: estimate.value, halfWidth: halfWidth)
        return number(estimate.value, place: place) + " ± " + number(halfWidth, place: place)
    }

    /// "0.002 ± 0.004": of a number that may be zero, so that its interval alone says how many digits it has.
    public static func aboutZero(_ estimate: Estimate) -> String {
        let halfWidth = halfWidth(of: estimate)
        guard halfWidth > 0 else { return significant(estimate.value, digits: 3) }
        let place = exponent(of: halfWidth / 2)
        return number(estimate.value, place: place) + " ± " + number(halfWidth, place: place)
    }

    /// "1,410 tokens [1,360, 1,480]"; without a unit "2.04 [2.02, 2.06]".
    public static func interval(_ estimate: Estimate, unit: String = "") -> String {
        let place = supportedPlace(value: estimate.value, halfWidth: halfWidth(of: estimate))
        let (low, high) = (number(estimate.low, place: place), number(estimate.high, place: place))
        let suffix = unit.isEmpty || unit == "×" ? unit : " " + unit
        guard estimate.low < estimate.high else { return number(estimate.value, place: place) + suffix }
        return number(estimate.value, place: place) + suffix + " [\(low), \(high)]"
    }

    /// "1.234 ms": the value alone, to the digits that its interval supports.
    public static func time(_ nanoseconds: Estimate) -> String {
        let unit = TimeUnit.fitting(nanoseconds.value)
        let scaled = nanoseconds.value / unit.nanoseconds
        let halfWidth = halfWidth(of: nanoseconds) / unit.nanoseconds
        return number(scaled, place: supportedPlace(value: scaled, halfWidth: halfWidth)) + " " + unit.name
    }

    /// "[1.219, 1.252]" in the unit of `time`; where the ends lie far apart each has its own: "[5.4 min, 2.0 days]".
    package static func timeInterval(_ nanoseconds: Estimate) -> String {
        let (low, high) = (nanoseconds.low, nanoseconds.high)
        if high > 4 * low { return "[\(time(nanoseconds: low)), \(time(nanoseconds: high))]" }
        let size = TimeUnit.fitting(nanoseconds.value).nanoseconds
        let place = supportedPlace(value: nanoseconds.value / size, halfWidth: halfWidth(of: nanoseconds) / size)
        return "[\(number(low / size, place: place)), \(number(high / size, place: place))]"
    }

    /// "1.2 ms": two digits, or as many as asked.
    public static func time(nanoseconds value: Double, digits: Int = 2) -> String {
        let unit = TimeUnit.fitting(value)
        return significant(value / unit.nanoseconds, digits: digits) + " " + unit.name
    }

    /// "1,234.5": rounded to 10^place. What is not finite has a sign of its own, and what would be a row of zeros is written
    /// with its power of ten, "1.2e+300": a value that comes from a file can be anything.
    package static func number(_ value: Double, place: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : "−∞" }
        guard abs(value) < 1e18, (-18...18).contains(place) else {
            return String(format: "%.1e", value).replacingOccurrences(of: "-", with: "−")
        }
        let step = pow(10, Double(abs(place)))
        let rounded = place > 0 ? (value / step).rounded() * step : (value * step).rounded() / step
        let text = String(format: "%.\(max(0, -place))f", abs(rounded))
        let parts = text.split(separator: ".", maxSplits: 1)
        let sign = rounded < 0 ? "−" : ""
        return sign + grouped(parts[0]) + (parts.count > 1 ? "." + parts[1] : "")
    }

    /// "0.0123", "1.23", "12,300".
    package static func significant(_ value: Double, digits: Int) -> String {
        value == 0 ? "0" : number(value, place: exponent(of: value, digits: digits) - digits + 1)
    }

    /// The power of ten of the last digit worth printing: the half-width keeps one digit, or two where it begins with 1
    /// (0.013 rounded to 0.01 would lose a quarter). The value never has fewer than two digits nor more than five; three
    /// where a single observation has no interval.
    package static func supportedPlace(value: Double, halfWidth: Double) -> Int {
        let first = exponent(of: value)
        guard halfWidth > 0 else { return first - 2 }
        return min(max(exponent(of: halfWidth / 2), first - 4), first - 1)
    }

    private static func halfWidth(of estimate: Estimate) -> Double {
        max(estimate.high - estimate.value, estimate.value - estimate.low)
    }

    /// The power of ten of the first digit, after rounding to `digits`.
    private static func exponent(of value: Double, digits: Int = 15) -> Int {
        guard value != 0, value.isFinite else { return 0 }
        let exponent = Int(saturating: floor(log10(abs(value))))
        let scale = pow(10, Double(digits - 1 - exponent))
        return (abs(value) * scale).rounded() >= pow(10, Double(digits)) ? exponent + 1 : exponent
    }

    private static func grouped(_ digits: Substring) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }
}

/// Quantities of machines and money. Memory of accelerators is sold in decimal units, so bytes are decimal here.
extension Quantity {
    /// "40,960 B", "4.83 GB", "409.6 GB", "1,966.1 GB", "12.5 TB".
    public static func decimalBytes(_ value: Double) -> String {
        switch value {
        case ..<1e6: number(value, place: value == value.rounded() ? 0 : -1) + " B"
        case ..<1e9: number(value / 1e6, place: -1) + " MB"
        case ..<1e13: number(value / 1e9, place: value < 9.995e9 ? -2 : -1) + " GB"
        default: number(value / 1e12, place: -1) + " TB"
        }
    }

    /// "$0.0021", "$4.17", "$1,560".
    public static func dollars(_ value: Double) -> String {
        switch value {
        case ..<0.01: "$" + significant(value, digits: 2)
        case ..<99.995: "$" + number(value, place: -2)
        default: "$" + number(value, place: 0)
        }
    }

    /// "12.6 EFLOP".
    public static func flops(_ value: Double) -> String {
        let units = [(1e21, "ZFLOP"), (1e18, "EFLOP"), (1e15, "PFLOP"), (1e12, "TFLOP"), (1e9, "GFLOP")]
        let (size, name) = units.first { value >= $0.0 * 0.9995 } ?? (1e6, "MFLOP")
        return significant(value / size, digits: 3) + " " + name
    }

    /// "13.7 ms", "53.2 min".
    public static func time(seconds: Double) -> String { time(nanoseconds: seconds * 1e9, digits: 3) }

    /// Both readings of a length: "1M = 1,048,576", "10,000,000".
    public static func tokensInFull(_ count: Int) -> String {
        let short = TokenCount.text(count)
        return short.last?.isLetter == true ? "\(short) = \(Self.count(count))" : Self.count(count)
    }

    /// Counts that come out of a calculation, decimal and rounded: "221 thousand", "4.41 million", "1.10 trillion".
    public static func rough(_ value: Int) -> String {
        guard value >= 10_000 else { return count(value) }
        let units = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")]
        let (size, name) = units.first { Double(value) >= $0.0 * 0.9995 } ?? (1e3, "thousand")
        return significant(Double(value) / size, digits: 3) + " " + name
    }

    /// "16", "8.5", "4.25".
    package static func bits(_ bits: Double) -> String {
        var text = number(bits, place: -2)
        while text.last == "0" { text.removeLast() }
        return text.last == "." ? String(text.dropLast()) : text
    }
}

/// A unit of time, and from where on people use it: 100 s stays seconds, 48 h stays hours.
package struct TimeUnit {
    package let name: String
    package let nanoseconds: Double
    let from: Double

    package static let all = [
        TimeUnit(name: "years", nanoseconds: 365.25 * 86_400e9, from: 2 * 365.25 * 86_400e9),
        TimeUnit(name: "days", nanoseconds: 86_400e9, from: 3 * 86_400e9),
        TimeUnit(name: "h", nanoseconds: 3600e9, from: 2 * 3600e9),
        TimeUnit(name: "min", nanoseconds: 60e9, from: 120e9),
        TimeUnit(name: "s", nanoseconds: 1e9, from: 1e9),
        TimeUnit(name: "ms", nanoseconds: 1e6, from: 1e6),
        TimeUnit(name: "µs", nanoseconds: 1e3, from: 1e3),
        TimeUnit(name: "ns", nanoseconds: 1, from: 0),
    ]

    package static func fitting(_ nanoseconds: Double) -> TimeUnit {
        all.first { nanoseconds >= $0.from * 0.99995 } ?? all[all.count - 1]
    }
}
