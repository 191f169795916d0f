/// LaTeX with the packages that the head of a report names.
public enum LaTeX: TargetLanguage {
    private static let signs: [Unicode.Scalar: String] = [
        "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "%": "\\%", "&": "\\&", "#": "\\#", "$": "\\$", "_": "\\_",
        "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
        "|": "\\textbar{}", "\"": "\\textquotedbl{}", "[": "{[}", "]": "{]}", "\u{A0}": "~",
        "×": "$\\times$", "÷": "$\\div$", "±": "$\\pm$", "·": "$\\cdot$", "−": "$-$", "–": "--", "—": "---",
        "≥": "$\\ge$", "≤": "$\\le$", "≈": "$\\approx$", "∝": "$\\propto$", "→": "$\\to$", "√": "$\\surd$",
        "∞": "$\\infty$", "²": "\\textsuperscript{2}", "³": "\\textsuperscript{3}", "µ": "$\\mu$", "μ": "$\\mu$",
        "β": "$\\beta$", "Δ": "$\\Delta$", "α": "$\\alpha$", "…": "\\dots{}", "°": "$^\\circ$", "⌊": "$\\lfloor$",
        "⌋": "$\\rfloor$",
    ]

    /// Text that LaTeX sets as it is. Letters of the Latin alphabets stay; a sign that is not in the list becomes "?",
    /// because pdflatex stops at one that it does not know.
    public static func escaped(_ plain: String) -> String {
        VisibleText.line(plain).unicodeScalars.reduce(into: "") { escaped, scalar in
            if let sign = signs[scalar] {
                escaped += sign
            } else if scalar.isASCII || (scalar.properties.isAlphabetic && scalar.value < 0x180) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "?"
            }
        }
    }

    /// Text in a comment, which ends with its line. What TeX does not know stays: it does not read it.
    public static func comment(_ plain: String) -> Escaped<LaTeX> {
        Escaped(alreadyEscaped: "% " + VisibleText.line(plain).split(separator: " ").joined(separator: " ") + "\n")
    }
}
