/// Text without the invisible characters that change the meaning of others: control characters, among them the
/// escape sequences of terminals, line separators, and the marks that turn the direction of writing.
public enum VisibleText {
    /// One line: a line end or a tab becomes a space, as HTML does itself; what else is unseen gets a visible form.
    public static func line(_ text: String) -> String {
        var line = ""
        var follows: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where follows == "\r": break
            case "\n", "\r", "\t": line += " "
            default: append(scalar, to: &line)
            }
            follows = scalar
        }
        return line
    }

    /// Lines: line feeds and tabs stay.
    public static func lines(_ text: String) -> String {
        var lines = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                lines.unicodeScalars.append(scalar)
            } else {
                append(scalar, to: &lines)
            }
        }
        return lines
    }

    public static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true  // C0, delete, C1
        case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // direction of writing
        case 0x2028...0x2029: true  // line and paragraph separator
        case 0xFEFF, 0xE0000...0xE007F: true  // byte order mark, tags
        default: false
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        if isUnseen(scalar) { text += form(of: scalar) } else { text.unicodeScalars.append(scalar) }
    }

    /// The Unicode standard has a picture of each C0 character; the others are named by their number.
    private static func form(of scalar: Unicode.Scalar) -> String {
        if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) { return String(picture) }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
    }
}

/// What a terminal shows, and what a runner of continuous integration reads: the log of a job is a terminal too.
public enum TerminalScreen: TargetLanguage {
    /// Lines stay lines. Escape sequences become visible, and lines that GitHub's runner would obey are broken: it takes
    /// `::name` at the beginning of a line, after any space, and `##[name]` anywhere in it.
    public static func escaped(_ plain: String) -> String {
        var escaped = ""
        // Scalars of this line so far, spaces at its beginning left out: no more than two are needed.
        var start = ""
        var hashes = 0
        for scalar in VisibleText.lines(plain).unicodeScalars {
            if scalar == ":", start == ":" { escaped += " " }
            if scalar == "[", hashes >= 2 { escaped += " " }
            escaped.unicodeScalars.append(scalar)
            hashes = scalar == "#" ? hashes + 1 : 0
            if scalar == "\n" {
                start = ""
            } else if start.unicodeScalars.count < 2, !(start.isEmpty && scalar.properties.isWhitespace) {
                start.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// What stands within a workflow command of GitHub, escaped as its own toolkit does (`packages/core/src/command.ts` of
/// actions/toolkit).
public enum WorkflowMessage: TargetLanguage {
    public static func escaped(_ plain: String) -> String { escaped(plain, [:]) }

    fileprivate static func escaped(_ plain: String, _ others: [Unicode.Scalar: String]) -> String {
        let references = ["%": "%25", "\r": "%0D", "\n": "%0A"].merging(others) { $1 }
        return plain.unicodeScalars.map { scalar in
            references[scalar] ?? (VisibleText.isUnseen(scalar) ? VisibleText.line(String(scalar)) : String(scalar))
        }.joined()
    }
}

/// The value of a property: it ends at a comma, and the list of properties at a colon.
public enum WorkflowProperty: TargetLanguage {
    public static func escaped(_ plain: String) -> String {
        WorkflowMessage.escaped(plain, [":": "%3A", ",": "%2C"])
    }
}
