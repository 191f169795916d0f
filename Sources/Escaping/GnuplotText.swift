/// Text as a line of a gnuplot data block, set in gnuplot's enhanced mode.
///
/// Scripts never hold text within a command: there a quote with an accent or a line end would end the string, and what
/// follows would run. They hold all texts as lines of a data block, which gnuplot reads as data: it looks neither for
/// backticks nor for macros in them. Commands refer to a line by its number.
public enum GnuplotText: TargetLanguage {
    /// The name that ends a data block. A line of text cannot equal it, since an underscore in a text is escaped.
    public static let endOfBlock: StaticString = "END_OF_TEXTS"

    /// A backslash is written by its number: one at the end of a line would join the next line to it.
    public static func escaped(_ plain: String) -> String {
        var escaped = ""
        for scalar in VisibleText.line(plain).unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\134"
            case "{", "}", "^", "_", "@", "&", "~": escaped += "\\\(scalar)"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
