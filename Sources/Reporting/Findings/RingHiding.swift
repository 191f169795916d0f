import Analysis
import Attention
import Quantities

/// From how many tokens on a ring hides its transfers behind computing, by the model and as measured.
public struct HiddenFrom: Sendable, Codable, Hashable {
    /// A cell of the ring at its longest length, whose cost of a pair and whose link the model takes.
    public let cell: SharedCell
    /// Nil where the model never hides them.
    public let predictedTokens: Int?
    /// The longest measured length at which ranks waited for messages; nil where they did at none.
    public let lastExposed: Int?
    /// The shortest measured length from which on they hardly did; nil where they did at the longest.
    public let firstHidden: Int?

    /// Of the time of a call. Less is hardly more than what the clocks and the ends of a barrier cost.
    public static let waitingThatCounts = 0.05
}

extension HiddenFrom {
    /// - Parameter cells: of one series on one number of ranks.
    fileprivate init?(_ cells: [SharedCell]) {
        let inOrder = cells.sorted { $0.length < $1.length }
        guard let cell = inOrder.last, cell.way.overlaps, let model = cell.model else { return nil }
        self.cell = cell
        predictedTokens = model.tokensToHide(cell.way, ranks: cell.ranks, problem: cell.problem)
        let last = inOrder.lastIndex { $0.waitingShare > Self.waitingThatCounts }
        lastExposed = last.map { inOrder[$0].length }
        firstHidden = inOrder.dropFirst(last.map { $0 + 1 } ?? 0).first?.length
    }

    /// "between 1K and 2K".
    fileprivate var measured: String {
        switch (lastExposed, firstHidden) {
        case (let exposed?, let hidden?): "between \(Quantity.tokens(exposed)) and \(Quantity.tokens(hidden))"
        case (let exposed?, nil): "beyond \(Quantity.tokens(exposed))"
        case (nil, let hidden?): "at most \(Quantity.tokens(hidden))"
        case (nil, nil): "–"
        }
    }
}

enum RingHiding: Finding {
    static let phase = Phase.prefill
    static let key: String? = "hiddenFrom"

    static func find(in analysis: ScalingAnalysis) -> [HiddenFrom] {
        let cells = analysis.sharedCells
        var series: [String] = []
        for cell in cells where !series.contains(cell.series) { series.append(cell.series) }
        return series.compactMap { label in HiddenFrom(cells.filter { $0.series == label }) }
    }

    static func label(of row: HiddenFrom) -> String? { row.cell.series }
    static func relabelled(_ row: HiddenFrom, for source: String) -> HiddenFrom? { row }

    static func sentences(_ findings: Findings) -> [String] {
        findings[RingHiding.self].filter { $0.cell.way == .ringZigzag }.map { row in
            let model = row.predictedTokens.map { "from \(Quantity.count($0)) tokens on" } ?? "at no length"
            return "\(row.cell.name) on \(row.cell.ranks) ranks hides its transfers \(model) by the model, measured: "
                + "\(row.measured) tokens."
        }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .ranks
            ? .table(
                "From how many tokens on a ring hides its transfers behind computing",
                table(findings[RingHiding.self]))
            : []
    }

    static func table(_ rows: [HiddenFrom]) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("P"), .init("a rank"), .init("α"), .init("β"), .init("copy/byte"),
                .init("model"), .init("measured", .left),
            ],
            rows: rows.compactMap { row in
                guard let model = row.cell.model else { return nil }
                let flops = 4 * Double(row.cell.parameters.headDimension) / model.secondsPerPair
                return [
                    row.cell.name, Quantity.count(row.cell.ranks), Quantity.flops(perSecond: flops),
                    Quantity.time(seconds: model.link.latencySeconds),
                    Quantity.bytes(perSecond: model.link.bytesPerSecond),
                    Quantity.time(seconds: model.link.copySecondsPerByte),
                    row.predictedTokens.map(Quantity.count) ?? "never", row.measured,
                ]
            })
    }
}
