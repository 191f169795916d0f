import Statistics

/// Durations as people write them on a command line: `500ms`, `30s`, `5m`, `2h`.
public enum TimeBudget {
    /// From one millisecond, below which nothing can be timed, to a year, beyond which nobody waits.
    static let range = 0.001...365 * 86_400.0

    /// How a duration is written, for messages.
    public static let form = "write 500ms, 30s, 5m or 2h; from 1ms to 8760h"

    /// Seconds; nil where the text is no duration within `range`.
    public static func parse(_ text: String) -> Double? {
        for (unit, seconds) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)] where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), range.contains(number * seconds) else { continue }
            return number * seconds
        }
        return nil
    }

    /// Two digits and the unit that suits them: `0.12 s`, `4.1 min`, `71 h`.
    public static func text(seconds: Double) -> String {
        let (number, unit): (Double, String) =
            switch seconds {
            case ..<0.001: (seconds * 1e6, "µs")
            case ..<1: (seconds * 1e3, "ms")
            case ..<120: (seconds, "s")
            case ..<7200: (seconds / 60, "min")
            case ..<172_800: (seconds / 3600, "h")
            default: (seconds / 86_400, "days")
            }
        let digits = number < 9.95 ? "\((number * 10).rounded() / 10)" : "\(Int(saturating: number.rounded()))"
        return (digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits) + " " + unit
    }
}
