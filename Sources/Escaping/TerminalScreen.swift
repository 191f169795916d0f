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
