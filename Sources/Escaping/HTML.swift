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
