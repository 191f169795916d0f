import Analysis

/// How many growth laws match theory, deviate from it, and are undecided. A law is undecided where its interval is too wide to tell; that is no
/// deviation, and no title may count it as one.
struct LawTally {
    private let verdicts: [TheoryVerdict]

    init(_ verdicts: [TheoryVerdict]) { self.verdicts = verdicts }

    private static let words: [(verdict: TheoryVerdict, one: String, several: String)] = [
        (.matches, "matches theory", "match theory"), (.deviates, "deviates from theory", "deviate from theory"),
        (.undecided, "is undecided", "are undecided"),
    ]

    /// "Of 7 growth laws 4 match theory, 1 deviates from theory and 2 are undecided", "All 7 growth laws are undecided", "The growth law is
    /// undecided".
    ///
    /// - Parameter owner: what stands behind "growth laws", such as " of losses".
    func sentence(owner: String = "") -> String {
        let count = verdicts.count
        guard let same = Self.words.first(where: { word in verdicts.allSatisfy { $0 == word.verdict } }) else {
            return "Of \(count) growth laws\(owner) \(AbsentCells.list(clauses { "\($0)" }))"
        }
        return count == 1
            ? "The growth law\(owner) \(same.one)" : "All \(count) growth laws\(owner) \(same.several)"
    }

    /// "1 more deviates from theory and 4 more are undecided", where others were named before; nil where there is none.
    var more: String? {
        verdicts.isEmpty ? nil : AbsentCells.list(clauses { "\($0) more" })
    }

    /// One for each verdict that a law has.
    private func clauses(counted: (Int) -> String) -> [String] {
        Self.words.compactMap { word in
            let count = verdicts.count { $0 == word.verdict }
            return count == 0 ? nil : "\(counted(count)) \(count == 1 ? word.one : word.several)"
        }
    }
}
