import Analysis
import Quantities

/// Cells without a time, in as few rows as there are reasons.
enum AbsentCells {
    static let caption = "Cells without a time, and why"
    /// What a figure says of its crosses; the table of the report has the reasons.
    static let crosses = "×: not measured; the report says why."

    /// Failed cells first.
    static func table(_ cells: [AbsentCell]) -> Table {
        var groups: [(series: String, reason: String, state: AbsentCell.State, lengths: [Int])] = []
        for cell in cells {
            let index = groups.firstIndex {
                $0.series == cell.series && $0.reason == cell.reason && $0.state == cell.state
            }
            if let index {
                groups[index].lengths.append(cell.keyLength)
            } else {
                groups.append((cell.series, cell.reason, cell.state, [cell.keyLength]))
            }
        }
        let rows = (groups.filter { $0.state != .skipped } + groups.filter { $0.state == .skipped }).map { group in
            let lengths = Set(group.lengths).sorted().map(Quantity.tokens)
            return [group.series, list(lengths), group.state.rawValue, group.reason]
        }
        return Table(
            columns: [.init("series", .left), .init("tokens", .left), .init("state", .left), .init("reason", .left)],
            rows: rows)
    }

    /// Why a cell is missing, short enough to stand beside its mark: "needs 16 GiB of memory".
    static func remark(_ cell: AbsentCell) -> String {
        if cell.state != .skipped { return cell.state.rawValue }
        let clause = cell.reason.split(separator: #/[;,] /#).first.map(String.init) ?? cell.reason
        return clause.hasPrefix("one call ") ? String(clause.dropFirst("one call ".count)) : clause
    }

    /// "a", "a and b", "a, b and c".
    static func list(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
}
