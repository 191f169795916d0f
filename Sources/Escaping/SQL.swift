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
