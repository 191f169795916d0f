/// Token counts as people write them: `4096`, `128K` (131,072), `10M` (10,485,760); decimal where digits say so,
/// `10_000_000`.
public enum TokenCount {
    /// Nil where the text is no count, is negative, or is too large.
    public static func parse(_ text: String) -> Int? {
        var digits = Substring(text)
        var unit = 1
        switch digits.last {
        case "K": unit = 1 << 10
        case "M": unit = 1 << 20
        case "G": unit = 1 << 30
        default: break
        }
        if unit > 1 { digits.removeLast() }
        guard let first = digits.first, first.isNumber, digits.last != "_" else { return nil }
        guard let count = Int(digits.filter { $0 != "_" }), count >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }

    /// The shortest exact form: `4K`, `724`, `10M`.
    public static func text(_ count: Int) -> String {
        for (unit, letter) in [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")]
        where count >= unit && count.isMultiple(of: unit) {
            return "\(count / unit)\(letter)"
        }
        return "\(count)"
    }
}
