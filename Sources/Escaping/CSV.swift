/// CSV as RFC 4180 has it, read by programs and by spreadsheets.
public enum CSV: TargetLanguage {
    /// A field of text. Where a spreadsheet would take it for a formula, an apostrophe stands before it: that is how people
    /// enter such text themselves. Numbers are written by those who have numbers, never through here.
    public static func escaped(_ plain: String) -> String {
        let scalars = plain.unicodeScalars
        var field = scalars.first.map(startsFormula) == true ? "'" : ""
        var needsQuotes = false
        for scalar in scalars {
            switch scalar {
            case "\"":
                field += "\"\""
                needsQuotes = true
            // Semicolon and tab separate fields where a spreadsheet's country has them do so.
            case ",", ";", "\t", "\n", "\r":
                field.unicodeScalars.append(scalar)
                needsQuotes = true
            default: field += VisibleText.isUnseen(scalar) ? VisibleText.line(String(scalar)) : String(scalar)
            }
        }
        return needsQuotes ? "\"\(field)\"" : field
    }

    /// OWASP's list ("CSV Injection"), with the wide forms that Japanese and Chinese spreadsheets read alike.
    private static func startsFormula(_ scalar: Unicode.Scalar) -> Bool {
        ["=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].contains(scalar)
    }
}
