/// Rows and columns of text, before anybody decides how they are shown.
public struct Table: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public enum Alignment: Sendable, Hashable { case left, right }
        /// `whenWide` columns give way, the last one first, where the terminal is too narrow for all.
        public enum Importance: Sendable, Hashable { case always, whenWide }

        public let heading: String
        public let alignment: Alignment
        public let importance: Importance

        public init(_ heading: String, _ alignment: Alignment = .right, _ importance: Importance = .always) {
            self.heading = heading
            self.alignment = alignment
            self.importance = importance
        }
    }

    public let columns: [Column]
    public let rows: [[String]]
    public let footnotes: Footnotes

    public init(columns: [Column], rows: [[String]], footnotes: Footnotes = Footnotes()) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "each row has one cell for each column")
        self.columns = columns
        self.rows = rows
        self.footnotes = footnotes
    }

    /// The table without the columns in which no row has anything to say.
    public func droppingEmptyColumns() -> Table {
        dropping(Set(columns.indices.filter { index in rows.allSatisfy { $0[index].isEmpty } }))
    }

    /// The table without the columns at these places.
    func dropping(_ places: Set<Int>) -> Table {
        func kept<Element>(_ elements: [Element]) -> [Element] {
            elements.enumerated().filter { !places.contains($0.offset) }.map(\.element)
        }
        return Table(columns: kept(columns), rows: rows.map(kept), footnotes: footnotes)
    }
}

/// Remarks under a table, each said once however many cells it concerns.
public struct Footnotes: Sendable, Hashable {
    public private(set) var texts: [String] = []

    public init() {}

    /// The mark of this remark: a, b, … z, aa, ab, …
    public mutating func mark(_ text: String) -> String {
        let index = texts.firstIndex(of: text) ?? texts.count
        if index == texts.count { texts.append(text) }
        return Self.mark(at: index)
    }

    /// Marks and remarks, in order.
    public var entries: [(mark: String, text: String)] {
        texts.enumerated().map { (Self.mark(at: $0.offset), $0.element) }
    }

    private static func mark(at index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(97 + index % 26)))
        return index < 26 ? letter : mark(at: index / 26 - 1) + letter
    }
}
