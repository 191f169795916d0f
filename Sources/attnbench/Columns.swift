import Reporting

/// Rows of text under each other, each column as wide as its widest entry, under headings with a rule or without any.
/// Unlike those of `TerminalTable`, entries may be coloured and the last column may hold sentences.
enum Columns {
    /// Sentences narrower than this are hard to read: with less room, the last column goes below its row.
    private static let leastRoom = 32
    private static let indentBelow = 4

    /// - Parameter width: where the last column wraps, below itself; nil for wherever it ends.
    /// - Precondition: every row has as many entries as the first, and so have the headings.
    static func text(_ rows: [[String]], headings: [String] = [], width: Int? = nil) -> String {
        let all = (headings.isEmpty ? [] : [headings]) + rows
        guard let columnCount = all.first?.count else { return "" }
        precondition(all.allSatisfy { $0.count == columnCount }, "rows of one table have one length")
        var widths = (0..<columnCount).map { column in all.map { $0[column].visibleCount }.max()! }
        let start = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        let room = width.map { $0 - start } ?? .max
        let isBelow = room < leastRoom && widths[columnCount - 1] > room
        let lines = all.map { row -> String in
            let cells = zip(row, widths).dropLast().map { $0 + String(repeating: " ", count: $1 - $0.visibleCount) }
            let first = cells.map { $0 + "  " }.joined()
            guard isBelow else { return line(first, row[columnCount - 1], indent: start, room: room) }
            if row == headings { return first.trimmedRight + "\n" }
            let below = TerminalTable.wrap(row[columnCount - 1], width: width! - indentBelow)
            return ([first.trimmedRight] + below.map { String(repeating: " ", count: indentBelow) + $0 })
                .joined(separator: "\n") + "\n"
        }
        if headings.isEmpty { return lines.joined() }
        widths[columnCount - 1] = isBelow ? 0 : min(room, widths[columnCount - 1])
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ").trimmedRight + "\n"
        return lines[0] + rule + lines.dropFirst().joined()
    }

    private static func line(_ first: String, _ last: String, indent: Int, room: Int) -> String {
        let lines = TerminalTable.wrap(last, width: max(room, 1))
        return (first + lines.joined(separator: "\n" + String(repeating: " ", count: indent))).trimmedRight + "\n"
    }
}

extension String {
    /// Letters without the escape sequences that colour them.
    fileprivate var visibleCount: Int { replacing(#/\u{1B}\[\d+m/#, with: "").count }

    fileprivate var trimmedRight: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
