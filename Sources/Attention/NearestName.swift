import Faults

/// A name that nobody knows, where one of a list is wanted: `"ful" is not a kernel; did you mean "full"?`.
public struct UnknownName: Fault, Equatable {
    public let name: String
    /// What it is not, with its article: "a kernel".
    public let noun: String
    public let known: [String]

    public init(_ name: String, isNot noun: String, known: [String]) {
        (self.name, self.noun, self.known) = (name, noun, known)
    }

    public var exitStatus: ExitStatus { .usage }

    public var description: String { "\"\(name)\" is not \(noun); \(NearestName.remedy(for: name, among: known))" }
}

/// The known name closest to what somebody typed, for "did you mean".
public enum NearestName {
    /// The question where a name is near, else the list.
    public static func remedy(for typed: String, among names: [String]) -> String {
        question(for: typed, among: names)
            ?? (names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))")
    }

    /// `did you mean "full"?`; nil where no name is near.
    public static func question(for typed: String, among names: [String]) -> String? {
        of(typed, among: names).map { "did you mean \"\($0)\"?" }
    }

    /// Nil where nothing is close: more than two edits and more than a third of the letters away, unless one name
    /// contains the other ("sliding", "full-attention").
    public static func of(_ typed: String, among names: [String]) -> String? {
        let typed = typed.lowercased()
        let ranked = names.map { (name: $0, distance: distance(typed, to: $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(2, typed.count / 3) { return best.name }
        if typed.count >= 3, let longer = names.first(where: { $0.lowercased().contains(typed) }) { return longer }
        return names.filter { $0.count >= 3 && typed.contains($0.lowercased()) }.max { $0.count < $1.count }
    }

    /// Levenshtein's edit distance, one row at a time.
    private static func distance(_ a: String, to b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substitution = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
