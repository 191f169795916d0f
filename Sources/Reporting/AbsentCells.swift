import Analysis
import Quantities

/// Cells without a time, said in as few sentences as there are reasons.
enum AbsentCells {
    /// "full-naive at 32K and 64K: needs 16 GiB", failed cells first.
    static func sentences(_ cells: [AbsentCell]) -> [String] {
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
        return (groups.filter(\.failed) + groups.filter { !$0.failed }).map { group in
            let lengths = Set(group.lengths).sorted().map(Quantity.tokens)
            let verb = group.failed ? "gave a wrong result" : "was skipped"
            return "\(group.series) \(verb) at \(list(lengths)): \(group.reason)."
        }
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
