import Foundation

/// Numbers and words in the form in which gnuplot takes them for what they are.
enum GnuplotText {
    static func fraction(_ value: Double) -> String { String(format: "%.4f", value) }
    static func number(_ value: Double) -> String { String(format: "%.7g", value) }

    /// Inside single quotes gnuplot knows one escape: a doubled quote.
    static func quoted(_ text: String) -> String { text.replacingOccurrences(of: "'", with: "''") }

    /// Plain text for gnuplot's enhanced mode, in which some characters are markup.
    static func escaped(_ text: String) -> String {
        RaisedText.parts(text).map { part in
            let plain = part.text.reduce(into: "") { escaped, character in
                if "\\{}^_@&~".contains(character) { escaped.append("\\") }
                escaped.append(character)
            }
            return part.isRaised ? "^{\(plain)}" : plain
        }.joined()
    }
}
