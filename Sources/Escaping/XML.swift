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
