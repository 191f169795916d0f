/// Durations as people write them on a command line: `500ms`, `30s`, `5m`, `2h`.
public enum TimeBudget {
    /// Seconds; nil where the text is no positive duration.
    public static func parse(_ text: String) -> Double? {
        for (unit, seconds) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)] where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number > 0, number.isFinite else { continue }
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
        let digits = number < 9.95 ? "\((number * 10).rounded() / 10)" : "\(Int(number.rounded()))"
        return (digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits) + " " + unit
    }
}
