/// A command as words, written so that a shell reads back exactly these words.
public struct ShellCommand: Hashable, Sendable, CustomStringConvertible {
    public let words: [String]

    public init(_ words: [String]) { self.words = words }

    /// A line from a results file, of which nothing is trusted. It is taken apart into words; what a shell would obey
    /// (`;`, `$`, backticks, line ends) is then part of a word. Nil where the line does not start this program,
    /// by itself or as several ranks.
    public init?(line: String) {
        words = Self.words(of: line)
        if words.dropFirst(Self.launcherLength(words)).first != "attnbench" { return nil }
    }

    /// Words of a launcher of ranks before the program: `mpirun -n 4`, or `srun`.
    private static func launcherLength(_ words: [String]) -> Int {
        switch words.first {
        case "mpirun" where words.count > 3 && words[1] == "-n" && Int(words[2]) != nil: 3
        case "srun": 1
        default: 0
        }
    }

    public var description: String { words.map(Self.quoted).joined(separator: " ") }

    /// Whether a shell that expands the word leaves it as it is.
    public static func isInert(_ word: String) -> Bool {
        !word.unicodeScalars.contains {
            VisibleText.isUnseen($0) || "$`\\\"'*?[]{}()<>|&;!#~".unicodeScalars.contains($0)
        }
    }

    private static func quoted(_ word: String) -> String {
        let scalars = word.unicodeScalars
        if scalars.contains(where: VisibleText.isUnseen) { return numbered(word) }
        let isPlain = scalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || ["_", "-", ".", "/", ":", ",", "+", "@", "%", "="].contains($0)
        }
        if isPlain, !scalars.isEmpty { return word }
        return "'" + scalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }

    /// In the form `$'…'`, where what is unseen is visible: its bytes are written by number, which no locale changes.
    private static func numbered(_ word: String) -> String {
        let parts = word.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "'", "\\": return "\\\(scalar)"
            case let unseen where VisibleText.isUnseen(unseen):
                return String(unseen).utf8.map { byte in
                    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
            default: return String(scalar)
            }
        }
        return "$'" + parts.joined() + "'"
    }

    /// Words between spaces, in the forms in which `description` writes them. A quote that nothing closes stands for
    /// itself.
    private static func words(of line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var rest = Substring(line).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case " ", "\t", "\n", "\r":
                if let finished = word { words.append(finished) }
                word = nil
            case "'" where rest.contains("'"):
                let inside = rest.prefix { $0 != "'" }
                rest = rest.dropFirst(inside.count + 1)
                word = (word ?? "") + String(Substring(inside))
            case "\\" where rest.first != nil:
                word = (word ?? "") + String(rest.removeFirst())
            case "$" where rest.first == "'":
                guard let (inside, after) = unnumbered(rest.dropFirst()) else {
                    word = (word ?? "") + "$"
                    continue
                }
                (word, rest) = ((word ?? "") + inside, after)
            default: word = (word ?? "") + String(scalar)
            }
        }
        return word.map { words + [$0] } ?? words
    }

    /// What `numbered` wrote, up to the quote that closes it.
    private static func unnumbered(
        _ scalars: Substring.UnicodeScalarView
    ) -> (text: String, rest: Substring.UnicodeScalarView)? {
        var rest = scalars
        var bytes: [UInt8] = []
        while let scalar = rest.popFirst() {
            if scalar == "'" { return (String(decoding: bytes, as: UTF8.self), rest) }
            guard scalar == "\\" else {
                bytes += String(scalar).utf8
                continue
            }
            guard let next = rest.popFirst() else { return nil }
            if next == "x", let byte = UInt8(String(Substring(rest.prefix(2))), radix: 16) {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            } else {
                bytes += String(next).utf8
            }
        }
        return nil
    }
}
