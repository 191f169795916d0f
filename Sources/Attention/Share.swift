/// Shares as people write them on a command line: `5%` and `0.05` are one value.
public enum Share {
    /// The smallest share above zero. Nothing that is measured here is known to a millionth, and a share such as 1e-323
    /// becomes 0 or infinity in the first calculation that uses it.
    public static let smallest = 1e-6

    /// A fraction from 0 to 1; nil where the text is no such share, or lies between 0 and `smallest`.
    public static func parse(_ text: String) -> Double? {
        let isPercent = text.hasSuffix("%")
        guard let number = Double(isPercent ? text.dropLast() : text[...]) else { return nil }
        if number == 0 { return 0 }
        let fraction = isPercent ? number / 100 : number
        return (smallest...1).contains(fraction) ? fraction : nil
    }
}
