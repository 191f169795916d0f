import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// Weak scaling: as many tokens on each rank, however many ranks there are. A problem on P ranks is held against one rank on
/// a P-th of its tokens.
enum RankWeakScaling: Finding {
    static let phase = Phase.prefill

    /// A cell beside one rank with as many tokens as each of its ranks has.
    struct Cell {
        let shared: SharedCell
        let tokensPerRank: Int
        /// Work that a rank does in a second, over that of one rank alone: 1 is ideal.
        let efficiency: Estimate
        /// By the model; nil without one.
        let predicted: Double?
    }

    static func rows(_ cells: [SharedCell]) -> [Cell] {
        cells.compactMap { cell in
            guard cell.length.isMultiple(of: cell.ranks), !cell.parameters.isDecode else { return nil }
            let tokens = cell.length / cell.ranks
            let alone = cells.first { $0.parameters == cell.parameters && $0.length == tokens }?.oneRank
            guard let alone else { return nil }
            // Time of one rank on all of the work, at the speed that it has with as many tokens.
            let pairs = cell.parameters.usefulPairs(length: cell.length)
            let scale = pairs / cell.parameters.usefulPairs(length: tokens) / Double(cell.ranks)
            let ratio = alone.ratio(to: cell.median)
            return Cell(
                shared: cell, tokensPerRank: tokens,
                efficiency: Estimate(
                    value: scale * ratio.value, low: scale * ratio.low, high: scale * ratio.high, level: ratio.level),
                predicted: cell.predictedNanoseconds.map { scale * alone.value / $0 })
        }
    }

    static func figure(_ findings: Findings) -> Plot? {
        let rows = rows(findings[RankScaling.self])
        let lengths = Set(rows.map(\.shared.length))
        guard let shortest = lengths.min(), let longest = lengths.max(), shortest < longest,
            let last = rows.filter({ $0.shared.length == longest }).max(by: {
                $0.efficiency.value < $1.efficiency.value
            })
        else { return nil }
        let manyCounts = Set(rows.map(\.shared.ranks)).count > 1
        func name(_ row: Cell) -> String { row.shared.name + (manyCounts ? ", P\u{A0}=\u{A0}\(row.shared.ranks)" : "") }
        let names = rows.reduce(into: [String]()) { if !$0.contains(name($1)) { $0.append(name($1)) } }
        let styles = SeriesStyle.styles(
            for: names.map { one in (label: one, family: String(one.prefix { $0 != "," })) })
        let traces = names.flatMap { one -> [Plot.Trace] in
            let own = rows.filter { name($0) == one }.sorted { $0.shared.length < $1.shared.length }
            guard let style = styles[one] else { return [] }
            let model = own.compactMap { row in row.predicted.map { Plot.Row(x: Double(row.shared.length), y: $0) } }
            let measured = own.map { Plot.Row(x: Double($0.shared.length), $0.efficiency) }
            return [
                Plot.Trace(series: one, kind: .theory, style: style, rows: model),
                Plot.Trace(series: one, kind: .measured, style: style, rows: measured),
            ].filter { !$0.rows.isEmpty }
        }
        let all = traces.flatMap(\.rows)
        let x = Axis.lengths(from: Int(saturating: Double(shortest) / 1.1), to: longest)
        return Plot(
            name: "rank-weak-scaling",
            title: "With \(Quantity.tokens(last.tokensPerRank)) tokens on each of \(last.shared.ranks) ranks, "
                + "\(last.shared.name) keeps \(Quantity.percent(last.efficiency.value)) of one rank's speed",
            method:
                "Pairs that a rank computes in a second, over those of one rank alone with n/P tokens. Medians with 95 % "
                + "intervals; lines: the model of the strong scaling.",
            notes: [], x: x, y: .linear(to: max(1.1, Plot.most(of: all) * 1.05)),
            xLabel: "tokens n of all ranks together, n/P on each", yLabel: "speed of a rank over one rank alone",
            columns: ("tokens", "efficiency"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "ideal", rows: [x.low, x.high].map { Plot.Row(x: $0, y: 1) }, isNamed: .besideFrame)
            ], intervals: .bars)
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .ranks
            ? .table(
                "Weak scaling: as many tokens on each rank, against one rank alone",
                table(rows(findings[RankScaling.self]))) : []
    }

    static func table(_ rows: [Cell]) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("n/P"), .init("P"), .init("n"), .init("time"),
                .init("of one rank's speed"), .init("model"),
            ],
            rows: rows.map { row in
                [
                    row.shared.name, Quantity.tokens(row.tokensPerRank), Quantity.count(row.shared.ranks),
                    Quantity.tokens(row.shared.length), Quantity.time(row.shared.median),
                    Quantity.interval(row.efficiency), row.predicted.map { Quantity.significant($0, digits: 3) } ?? "–",
                ]
            })
    }
}
