import Escaping
import Reporting

/// Rows of text under each other, each column as wide as its widest entry, under headings with a rule or without any.
/// Unlike those of `TerminalTable`, entries may be coloured and the last column may hold sentences.
enum Columns {
    /// Text of one line, coloured or not. The colour comes last, so that no width counts it.
    struct Cell: ExpressibleByStringLiteral {
        let text: String
        let hue: Paint.Hue?

        init(_ text: String, hue: Paint.Hue? = nil) {
            self.text = VisibleText.line(text)
            self.hue = hue
        }

        init(stringLiteral text: String) { self.init(text) }

        var painted: Escaped<TerminalScreen> { paint(text) }

        func paint(_ part: String) -> Escaped<TerminalScreen> {
            hue.map { "\u{1B}[\($0.rawValue)m\(part)\u{1B}[0m" } ?? "\(part)"
        }
    }

    /// Sentences narrower than this are hard to read: with less room, the last column goes below its row.
    private static let leastRoom = 32
    private static let indentBelow = 4

    static func text(_ rows: [[String]], headings: [String] = [], width: Int? = nil) -> String {
        painted(rows.map { $0.map { Cell($0) } }, headings: headings, width: width).text
    }

    /// - Parameter width: where the last column wraps, below itself; nil for wherever it ends.
    /// - Precondition: every row has as many entries as the first, and so have the headings.
    static func painted(
        _ rows: [[Cell]], headings: [String] = [], width: Int? = nil
    ) -> Escaped<TerminalScreen> {
        let all = (headings.isEmpty ? [] : [headings.map { Cell($0) }]) + rows
        guard let columnCount = all.first?.count else { return "" }
        precondition(all.allSatisfy { $0.count == columnCount }, "rows of one table have one length")
        var widths = (0..<columnCount).map { column in all.map { $0[column].text.count }.max()! }
        let start = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        let room = width.map { $0 - start } ?? .max
        let isBelow = room < leastRoom && widths[columnCount - 1] > room
        let lines = all.enumerated().map { index, row -> Escaped<TerminalScreen> in
            let isHeading = index == 0 && !headings.isEmpty
            let last = row[columnCount - 1]
            let wrapped = isBelow && isHeading ? [] : wrap(last, width: isBelow ? width! - indentBelow : room)
            if isBelow {
                let first = leading(row, widths, isAlone: true)
                return ([first] + wrapped.map { spaces(indentBelow) + $0 }).joined(separator: "\n") + "\n"
            }
            let first = leading(row, widths, isAlone: last.text.isEmpty)
            return first + wrapped.joined(separator: "\n" + spaces(start)) + "\n"
        }
        if headings.isEmpty { return lines.joined() }
        widths[columnCount - 1] = isBelow ? 0 : min(room, widths[columnCount - 1])
        return lines[0] + rule(widths: widths.filter { $0 > 0 }) + lines.dropFirst().joined()
    }

    /// The heading, or one row, of a table that is printed while later rows are still unknown.
    ///
    /// - Parameter widths: at least those of the headings; a longer text moves what follows it.
    static func line(_ row: [Cell], widths: [Int]) -> Escaped<TerminalScreen> {
        let padded = zip(row, widths).dropLast().map { cell, width in
            cell.painted + spaces(max(0, width - cell.text.count) + 2)
        }
        return padded.joined() + row[row.count - 1].painted + "\n"
    }

    static func rule(widths: [Int]) -> Escaped<TerminalScreen> {
        widths.map { repeated("─", $0) }.joined(separator: "  ") + "\n"
    }

    private static func wrap(_ cell: Cell, width: Int) -> [Escaped<TerminalScreen>] {
        TerminalTable.wrap(cell.text, width: max(width, 1)).map(cell.paint)
    }

    /// All entries but the last.
    ///
    /// - Parameter isAlone: whether nothing follows on the line, which then ends with its last letter.
    private static func leading(_ row: [Cell], _ widths: [Int], isAlone: Bool) -> Escaped<TerminalScreen> {
        let cells = row.dropLast()
        let filled = isAlone ? cells.prefix((cells.lastIndex { !$0.text.isEmpty } ?? -1) + 1) : cells
        return filled.indices.map { index -> Escaped<TerminalScreen> in
            let isLast = isAlone && index == filled.endIndex - 1
            return row[index].painted + (isLast ? "" : spaces(widths[index] - row[index].text.count + 2))
        }.joined()
    }

    private static func spaces(_ count: Int) -> Escaped<TerminalScreen> { repeated(" ", count) }

    private static func repeated(_ sign: Escaped<TerminalScreen>, _ count: Int) -> Escaped<TerminalScreen> {
        Array(repeating: sign, count: count).joined()
    }
}
