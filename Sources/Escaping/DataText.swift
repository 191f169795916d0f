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

/// SQL as SQLite reads it: text as an expression that has exactly this text as its value.
public enum SQL: TargetLanguage {
    /// What is unseen is written by its number: the shell of SQLite drops a carriage return at a line's end, and a literal
    /// ends at a zero byte, whatever its quotes say. So no line of a script begins with text from a file.
    public static func escaped(_ plain: String) -> String {
        var parts: [String] = []
        var visible = ""
        for scalar in plain.unicodeScalars {
            if VisibleText.isUnseen(scalar) {
                if !visible.isEmpty { parts.append(quoted(visible)) }
                parts.append("char(\(scalar.value))")
                visible = ""
            } else {
                visible.unicodeScalars.append(scalar)
            }
        }
        if !visible.isEmpty || parts.isEmpty { parts.append(quoted(visible)) }
        return parts.joined(separator: " || ")
    }

    /// The name of a table or of a column.
    public static func identifier(_ name: String) -> Escaped<SQL> {
        Escaped(alreadyEscaped: quoted(VisibleText.line(name), by: "\""))
    }

    public static func number(_ value: Double) -> Escaped<SQL> { Escaped(alreadyEscaped: "\(value)") }

    private static func quoted(_ text: String, by quote: Unicode.Scalar = "'") -> String {
        let inside = text.unicodeScalars.map { $0 == quote ? "\(quote)\(quote)" : String($0) }
        return "\(quote)\(inside.joined())\(quote)"
    }
}

/// JSON that has been encoded, made safe to print: what is unseen in its strings is written by number, and so is the
/// bracket of `##[`, which GitHub's runner obeys anywhere in a line. Readers of JSON get the same value.
public enum JSONEscapes {
    /// - Parameter json: from an encoder, so that such characters stand in strings only.
    public static func visible(_ json: String) -> String {
        var visible = ""
        var hashes = 0
        for scalar in json.unicodeScalars {
            // The encoder has written C0 by number; a line feed that is left is its own.
            if scalar != "\n", VisibleText.isUnseen(scalar) || (scalar == "[" && hashes >= 2) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    visible += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                visible.unicodeScalars.append(scalar)
            }
            hashes = scalar == "#" ? hashes + 1 : 0
        }
        return visible
    }
}
