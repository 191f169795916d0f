/// Text without the characters that nobody sees and that change what others mean: control characters, among them the
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
