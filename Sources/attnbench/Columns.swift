import Reporting

/// Rows of text under each other, each column as wide as its widest entry.
enum Columns {
    /// - Parameter width: where the last column wraps, below itself; nil for wherever it ends.
    /// - Precondition: every row has as many entries as the first.
    static func text(_ rows: [[String]], width: Int? = nil) -> String {
        guard let columnCount = rows.first?.count else { return "" }
        precondition(rows.allSatisfy { $0.count == columnCount }, "rows of one table have one length")
        let widths = (0..<columnCount).map { column in rows.map { $0[column].visibleCount }.max()! }
        return rows.map { row in
            let cells = zip(row, widths).dropLast().map {
                $0 + String(repeating: " ", count: $1 - $0.visibleCount) + "  "
            }
            let start = widths.dropLast().reduce(0) { $0 + $1 + 2 }
            let room = width.map { max(20, $0 - start) } ?? .max
            let last = TerminalTable.wrap(row[columnCount - 1], width: room)
            let lines = last.joined(separator: "\n" + String(repeating: " ", count: start))
            return (cells.joined() + lines).trimmedRight + "\n"
        }.joined()
    }
}

extension String {
    /// Letters without the escape sequences that colour them.
    fileprivate var visibleCount: Int { replacing(#/\u{1B}\[\d+m/#, with: "").count }

    fileprivate var trimmedRight: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
