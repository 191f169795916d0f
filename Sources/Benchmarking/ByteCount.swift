import Statistics

/// Sizes in memory as people read them.
public enum ByteCount {
    /// Two digits or more, in binary units: `512 B`, `1.5 MiB`, `25 GiB`.
    public static func text(_ bytes: Int) -> String {
        var number = Double(bytes)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB"] where number >= 1024 {
            number /= 1024
            unit = next
        }
        let digits =
            number < 9.95 && unit != "B"
            ? "\((number * 10).rounded() / 10)" : "\(Int(saturating: number.rounded()))"
        return (digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits) + " " + unit
    }
}
