import Analysis
import Attention
import Drawing
import Quantities
import Statistics

/// What several ranks gain that share one problem, beside the model: strong scaling, which is one problem on more ranks.
enum RankScaling: Finding {
    static let phase = Phase.prefill
    static let key: String? = "sharedCells"

    static func find(in analysis: ScalingAnalysis) -> [SharedCell] { analysis.sharedCells }

    static func label(of cell: SharedCell) -> String? { cell.series }

    /// Results on different numbers of ranks stand in one table and one figure.
    static func relabelled(_ cell: SharedCell, for source: String) -> SharedCell? { cell }

    static func sentences(_ findings: Findings) -> [String] {
        let cells = findings[RankScaling.self].longest
        guard let best = cells.filter({ $0.speedUp != nil }).max(by: { $0.speedUp!.value < $1.speedUp!.value }) else {
            return []
        }
        return [sentence(best) + "."]
    }

    /// "On 2 ranks, heads is 1.98× [1.96, 1.99] as fast as one rank at 16K tokens; the model says 2.0×".
    private static func sentence(_ cell: SharedCell) -> String {
        let speedUp = cell.speedUp.map { Quantity.interval($0, unit: "×") } ?? "–"
        let model = cell.predictedSpeedUp.map { "; the model says \(Quantity.ratio($0))" } ?? ""
        return "On \(cell.ranks) ranks, \(cell.name) is \(speedUp) as fast as one rank at \(cell.tokens)" + model
    }

    static func figure(_ findings: Findings) -> Plot? {
        let cells = findings[RankScaling.self].longest.filter { $0.speedUp != nil }
        guard let most = cells.map(\.ranks).max(), let best = cells.max(by: { $0.speedUp!.value < $1.speedUp!.value })
        else { return nil }
        let end = max(8, 2 * most)
        let names = cells.reduce(into: [String]()) { if !$0.contains($1.name) { $0.append($1.name) } }
        let styles = SeriesStyle.styles(for: names.map { (label: $0, family: $0) })
        let traces = names.flatMap { name -> [Plot.Trace] in
            let own = cells.filter { $0.name == name }.sorted { $0.ranks < $1.ranks }
            return styles[name].map { self.traces(own, name, $0, to: end) } ?? []
        }
        let axis = Axis.powersOfTwo(from: 0.9, to: Double(end) * 1.1, atMost: 10) {
            Quantity.count(Int(saturating: $0.rounded()))
        }
        return Plot(
            name: "rank-speedup", title: sentence(best),
            method:
                "One problem, each series at its longest length: time of one rank over time of all ranks, medians with 95 % "
                + "intervals. Lines: the model, which takes for each step of a rank the longer of computing and transfer; "
                + "dotted: on more ranks with the same links.",
            notes: [], x: axis, y: axis, xLabel: "ranks P, one per core", yLabel: "speed-up over one rank",
            columns: ("ranks", "speedUp"), traces: traces,
            guides: [
                Plot.Guide(
                    name: "ideal", rows: [1, Double(end)].map { Plot.Row(x: $0, y: $0) }, isNamed: .besideFrame)
            ], intervals: .bars)
    }

    /// - Parameter cells: of one series at one length, by numbers of ranks.
    private static func traces(
        _ cells: [SharedCell], _ name: String, _ style: SeriesStyle, to end: Int
    ) -> [Plot.Trace] {
        guard let last = cells.last else { return [] }
        func model(_ ranks: ClosedRange<Int>) -> [Plot.Row] {
            ranks.compactMap { ranks in last.speedUp(onRanks: ranks).map { Plot.Row(x: Double(ranks), y: $0) } }
        }
        let measured = cells.compactMap { cell in cell.speedUp.map { Plot.Row(x: Double(cell.ranks), $0) } }
        return [
            Plot.Trace(series: name, kind: .theory, style: style, rows: model(1...last.ranks)),
            Plot.Trace(series: name, kind: .beyond, style: style, rows: model(last.ranks...end)),
            Plot.Trace(series: name, kind: .measured, style: style, rows: measured),
        ].filter { !$0.rows.isEmpty }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        let cells = findings[RankScaling.self]
        return switch section {
        case .summary: .table("Several ranks on one problem: time and model", times(cells.longest))
        case .ranks:
            cells.isEmpty
                ? []
                : [.heading("Several ranks")]
                    + .table("Strong scaling: one problem on several ranks", times(cells))
                    + .table("What the ranks did: work, transfers and bytes", uses(cells))
                    + [.paragraph(meaning)]
        default: []
        }
    }

    private static let meaning =
        "Model: for each step of a rank, the longer of two times, of which the slowest rank's sum counts. The one is computing: "
        + "the pairs of the step at the cost of one rank on the same problem, and a time for each byte that comes in. The other "
        + "is the transfer: α + bytes/β. All three numbers of the link were measured before the run. A time matches the model "
        + "if the 90 % interval of their ratio lies inside 0.9 to 1.1, and deviates if the 95 % interval lies outside; a balance "
        + "matches inside 0.95 to 1.05 of its closed form. Balance: the mean over the longest computing time of a rank, and in "
        + "theory the mean over the most pairs. Overlap: of the transfer during which the rank that computes longest could "
        + "compute, the part for which it did not wait. Bytes: what came in at the rank that receives most, in one call, beside the closed form."

    static func times(_ cells: [SharedCell]) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("n"), .init("P"), .init("time"), .init("speed-up"), .init("model"),
                .init("of model", .right, .whenWide), .init("verdict", .left),
            ],
            rows: cells.map { cell in
                [
                    cell.name, Quantity.tokens(cell.length), Quantity.count(cell.ranks), Quantity.time(cell.median),
                    cell.speedUp.map { Quantity.interval($0, unit: "×") } ?? "–",
                    cell.predictedSpeedUp.map(Quantity.ratio) ?? "–",
                    cell.timeRatio.map { Quantity.interval($0) } ?? "–", cell.timeVerdict?.rawValue ?? "–",
                ]
            })
    }

    private static func uses(_ cells: [SharedCell]) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("n"), .init("P"), .init("balance"), .init("theory"),
                .init("verdict", .left, .whenWide), .init("overlap"), .init("its interval", .left, .whenWide),
                .init("waits"), .init("bytes"), .init("formula", .left),
            ],
            rows: cells.map { cell in
                [
                    cell.name, Quantity.tokens(cell.length), Quantity.count(cell.ranks),
                    Quantity.significant(cell.balance.value, digits: 3),
                    Quantity.significant(cell.predictedBalance, digits: 3), cell.balanceVerdict.rawValue,
                    cell.overlap.map { Quantity.percent($0.value) } ?? "–",
                    cell.overlap.map { "\(Quantity.percent($0.low)) to \(Quantity.percent($0.high))" } ?? "–",
                    Quantity.percent(cell.waitingShare), Quantity.bytes(cell.receivedBytes),
                    cell.bytesAgree ? "equal" : Quantity.bytes(cell.predictedBytes),
                ]
            })
    }
}

extension SharedCell {
    /// "ring-window(1024)": that ranks share it is said above.
    var name: String { way.rawValue + parameters.mask.sizesInBrackets }

    /// "16K tokens".
    var tokens: String { Quantity.tokens(length) + (parameters.isDecode ? " cached tokens" : " tokens") }

    /// By the model, on as many ranks with the same links; nil without a model, or where so many cannot share the problem.
    func speedUp(onRanks ranks: Int) -> Double? {
        guard let model, let oneRank, let problem = problem(at: length),
            let work = way.work(of: problem, ranks: ranks)
        else { return nil }
        return oneRank.value * 1e-9 / model.seconds(work)
    }
}

extension [SharedCell] {
    /// Each series at the longest length that was measured on all its numbers of ranks, and on one rank.
    var longest: [SharedCell] {
        var names: [String] = []
        for cell in self where !names.contains(cell.series) { names.append(cell.series) }
        return names.flatMap { name -> [SharedCell] in
            let own = filter { $0.series == name }
            let counts = Set(own.map(\.ranks))
            let common = Dictionary(grouping: own, by: \.length).filter { Set($0.value.map(\.ranks)) == counts }
            // Where one rank has no time, there is no speed-up to show.
            let compared = common.filter { $0.value.allSatisfy { $0.oneRank != nil } }
            guard let length = (compared.isEmpty ? common : compared).keys.max() else { return [] }
            return own.filter { $0.length == length }.sorted { $0.ranks < $1.ranks }
        }
    }
}
