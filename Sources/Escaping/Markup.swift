/// HTML, between tags and within the quotes of an attribute: one rule holds in both places. Attributes of ours are always
/// quoted, and none of them is an event handler.
public enum HTML: TargetLanguage {
    public static func escaped(_ plain: String) -> String {
        var escaped = ""
        for scalar in VisibleText.lines(plain).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// XML 1.0, between tags and within the quotes of an attribute.
public enum XML: TargetLanguage {
    /// Line ends become references, since a reader turns plain ones in attributes into spaces. Two characters that XML
    /// cannot hold, not even as references, become U+FFFD.
    public static func escaped(_ plain: String) -> String {
        // References of line ends are made first: a visible form of a carriage return would not be read back as one.
        var escaped = ""
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            case "\u{FFFE}"..."\u{FFFF}": escaped += "\u{FFFD}"
            case let unseen where VisibleText.isUnseen(unseen):
                escaped += HTML.escaped(String(unseen))
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// - Parameter pairs: names, which come from our sources, and values.
    public static func attributes(_ pairs: [(StaticString, String)]) -> Escaped<XML> {
        Escaped(alreadyEscaped: pairs.map { " \($0)=\"\(escaped($1))\"" }.joined())
    }
}

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

/// LaTeX with the packages that the head of a report names.
public enum LaTeX: TargetLanguage {
    private static let signs: [Unicode.Scalar: String] = [
        "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "%": "\\%", "&": "\\&", "#": "\\#", "$": "\\$", "_": "\\_",
        "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
        "|": "\\textbar{}", "\"": "\\textquotedbl{}", "[": "{[}", "]": "{]}", "\u{A0}": "~",
        "×": "$\\times$", "÷": "$\\div$", "±": "$\\pm$", "·": "$\\cdot$", "−": "$-$", "–": "--", "—": "---",
        "≥": "$\\ge$", "≤": "$\\le$", "≈": "$\\approx$", "∝": "$\\propto$", "→": "$\\to$", "√": "$\\surd$",
        "∞": "$\\infty$", "²": "\\textsuperscript{2}", "³": "\\textsuperscript{3}", "µ": "$\\mu$", "μ": "$\\mu$",
        "β": "$\\beta$", "Δ": "$\\Delta$", "α": "$\\alpha$", "…": "\\dots{}", "°": "$^\\circ$", "⌊": "$\\lfloor$",
        "⌋": "$\\rfloor$",
    ]

    /// Text that LaTeX sets as it is. Letters of the Latin alphabets stay; a sign that is not in the list becomes "?",
    /// because pdflatex stops at one that it does not know.
    public static func escaped(_ plain: String) -> String {
        VisibleText.line(plain).unicodeScalars.reduce(into: "") { escaped, scalar in
            if let sign = signs[scalar] {
                escaped += sign
            } else if scalar.isASCII || (scalar.properties.isAlphabetic && scalar.value < 0x180) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "?"
            }
        }
    }

    /// Text in a comment, which ends with its line. What TeX does not know stays: it does not read it.
    public static func comment(_ plain: String) -> Escaped<LaTeX> {
        Escaped(alreadyEscaped: "% " + VisibleText.line(plain).split(separator: " ").joined(separator: " ") + "\n")
    }
}
