/// Markdown as GitHub reads it: text within a line, the beginning of a block, and blocks of code.
public enum Markdown: TargetLanguage {
    /// Within a line or the cell of a table: no character starts markup, a cell or HTML.
    public static func escaped(_ plain: String) -> String {
        var escaped = ""
        var previous: Unicode.Scalar?
        let scalars = Array(VisibleText.line(plain).unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            // A bracket is a link only where one of these follows, and intervals are full of brackets.
            case "(" where previous == "]", "[" where previous == "]": escaped += "\\\(scalar)"
            case "\\", "`", "*", "_", "|", "~": escaped += "\\\(scalar)"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            // Between two of them GitHub sets mathematics; before a digit one is a price.
            case "$" where !(index + 1 < scalars.count && ("0"..."9").contains(scalars[index + 1])): escaped += "\\$"
            default: escaped.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return escaped
    }

    /// At the beginning of a paragraph or an item, where some signs and numbers begin a block of their own.
    public static func block(_ plain: String) -> Escaped<Markdown> {
        let text = escaped(plain.trimmingPrefix(while: \.isWhitespace).description)
        if let first = text.unicodeScalars.first, ["#", "+", "-", "=", "["].contains(first) {
            return Escaped(alreadyEscaped: "\\" + text)
        }
        // "1. x" would begin a list; "1.5 times" does not.
        if let number = text.prefixMatch(of: #/[0-9]+(?=[.)](?:\s|$))/#) {
            return Escaped(alreadyEscaped: number.0 + "\\" + text[number.range.upperBound...])
        }
        return Escaped(alreadyEscaped: text)
    }

    /// Code between fences that are longer than any in it.
    public static func code(_ plain: String, language: StaticString) -> Escaped<Markdown> {
        let text = VisibleText.lines(plain)
        var (longest, run) = (0, 0)
        for scalar in text.unicodeScalars {
            run = scalar == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return Escaped(alreadyEscaped: "\(fence)\(language)\n\(text)\n\(fence)\n")
    }
}
