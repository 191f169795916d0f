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
