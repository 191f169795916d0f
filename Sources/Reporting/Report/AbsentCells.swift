import Analysis
import Quantities

/// Cells without a time, in as few rows as there are reasons.
enum AbsentCells {
    static let caption = "Cells without a time, and why"
    /// What a figure says of its crosses; the table of the report has the reasons.
    static let crosses = "×: not measured; the report says why."

    /// Failed cells first.
    static func table(_ cells: [AbsentCell]) -> Table {
        var groups: [(series: String, reason: String, failed: Bool, lengths: [Int])] = []
        for cell in cells {
            let index = groups.firstIndex {
                $0.series == cell.series && $0.reason == cell.reason && $0.failed == cell.failed
            }
            if let index {
                groups[index].lengths.append(cell.keyLength)
            } else {
                groups.append((cell.series, cell.reason, cell.failed, [cell.keyLength]))
            }
        }
        let rows = (groups.filter(\.failed) + groups.filter { !$0.failed }).map { group in
            let lengths = Set(group.lengths).sorted().map(Quantity.tokens)
            return [group.series, list(lengths), group.failed ? "wrong result" : "skipped", group.reason]
        }
        return Table(
            columns: [.init("series", .left), .init("tokens", .left), .init("state", .left), .init("reason", .left)],
            rows: rows)
    }

    /// Why a cell is missing, short enough to stand beside its mark: "needs 16 GiB of memory".
    static func remark(_ cell: AbsentCell) -> String {
        if cell.failed { return "wrong result" }
        let clause = cell.reason.split(separator: #/[;,] /#).first.map(String.init) ?? cell.reason
        return clause.hasPrefix("one call ") ? String(clause.dropFirst("one call ".count)) : clause
    }

    /// "a", "a and b", "a, b and c".
    static func list(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
}
