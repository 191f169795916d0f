/// Text as part of the name of a file.
public enum FileName {
    /// Letters, digits and `._-` stay, all else becomes `-`: no text leads to another folder, hides a file, or is taken for
    /// an option.
    public static func part(_ text: String, longest: Int = 120) -> String {
        let scalars = text.unicodeScalars.prefix(longest).map { scalar -> Character in
            let stays = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            return stays || ["_", "-", "."].contains(scalar) ? Character(scalar) : "-"
        }
        let name = String(scalars)
        return name.hasPrefix(".") ? "-" + name.dropFirst() : name
    }
}
