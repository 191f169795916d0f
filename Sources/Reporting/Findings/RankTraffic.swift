import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Bytes that came in at the rank that receives most, counted and in closed form.
enum RankTraffic: Finding {
    static let phase = Phase.prefill

    static func figure(_ findings: Findings) -> Plot? {
        let cells = findings[RankScaling.self].filter { $0.receivedBytes > 0 && $0.predictedBytes > 0 }
        let lengths = cells.map(\.length)
        guard let shortest = lengths.min(), let longest = lengths.max(), shortest < longest else { return nil }
        let manyCounts = Set(cells.map(\.ranks)).count > 1
        func name(_ cell: SharedCell) -> String { cell.name + (manyCounts ? ", P\u{A0}=\u{A0}\(cell.ranks)" : "") }
        let names = cells.reduce(into: [String]()) { if !$0.contains(name($1)) { $0.append(name($1)) } }
        let styles = SeriesStyle.styles(
            for: names.map { one in (label: one, family: String(one.prefix { $0 != "," })) })
        let traces = names.flatMap { one -> [Plot.Trace] in
            let own = cells.filter { name($0) == one }.sorted { $0.length < $1.length }
            guard let style = styles[one] else { return [] }
            func rows(_ bytes: (SharedCell) -> Int) -> [Plot.Row] {
                own.map { Plot.Row(x: Double($0.length), y: Double(bytes($0))) }
            }
            return [
                Plot.Trace(series: one, kind: .theory, style: style, rows: rows(\.predictedBytes)),
                Plot.Trace(series: one, kind: .measured, style: style, rows: rows(\.receivedBytes)),
            ]
        }
        let bytes = traces.flatMap(\.rows).map(\.y)
        guard let least = bytes.min(), let most = bytes.max() else { return nil }
        return Plot(
            name: "rank-bytes", title: title(cells),
            method:
                "Bytes that other ranks send in one call to the rank that receives most. Points: counted as they came in. "
                + "Lines: closed form.",
            notes: [], x: .lengths(from: Int(saturating: Double(shortest) / 1.1), to: longest),
            y: .bytes(from: least / 2, to: most * 2), xLabel: "tokens n", yLabel: "bytes received by a rank in a call",
            columns: ("tokens", "bytes"), traces: traces, guides: [])
    }

    private static func title(_ cells: [SharedCell]) -> String {
        let wrong = cells.count { !$0.bytesAgree }
        let count = Quantity.count(cells.count)
        return wrong == 0
            ? "Counted bytes equal the closed form in all \(count) cells"
            : "Counted bytes differ from the closed form in \(Quantity.count(wrong)) of \(count) cells"
    }
}
