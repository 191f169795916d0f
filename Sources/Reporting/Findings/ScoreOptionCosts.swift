import Analysis
import Attention
import Quantities
import Statistics

/// The time of a kernel with a form of scores beside its time with plain ones, at the longest length that both have.
public struct ScoreOptionCost: Sendable, Codable, Hashable {
    public let series: String
    /// The same kernel on the same problem with plain scores.
    public let plain: String
    public let phase: Phase
    /// "soft cap 50".
    public let options: String
    /// Keys.
    public let length: Int
    /// Nanoseconds of one call.
    public let median: Estimate
    public let plainMedian: Estimate
    public let ratio: Estimate

    /// Nil where the two have no length in common.
    fileprivate init?(_ one: MeasuredSeries, beside plain: MeasuredSeries) {
        let lengths = Set(one.points.map(\.keyLength)).intersection(plain.points.map(\.keyLength))
        guard let length = lengths.max(), let median = one.median(at: length),
            let plainMedian = plain.median(at: length), let options = one.parameters.scoreForm?.text
        else { return nil }
        (series, self.plain, phase, self.options) = (one.label, plain.label, one.parameters.phase, options)
        (self.length, self.median, self.plainMedian) = (length, median, plainMedian)
        ratio = median.ratio(to: plainMedian)
    }
}

/// What soft caps, ALiBi and sink logits cost. FLOPs are those of the products alone, so that the cost shows in the time only.
enum ScoreOptionCosts: Finding {
    static let phase = Phase.prefill
    static let key: String? = "scoreOptions"

    static func find(in analysis: ScalingAnalysis) -> [ScoreOptionCost] {
        let measured = analysis.measured
        return measured.filter { $0.parameters.scoreForm != nil }.compactMap { one in
            measured.first {
                $0.key == SeriesKey(kernel: one.key.kernel, parameters: one.parameters.withPlainScores)
            }.flatMap { ScoreOptionCost(one, beside: $0) }
        }
    }

    static func label(of cost: ScoreOptionCost) -> String? { cost.series }

    /// Of the first kernel of each phase; the table has the others.
    static func sentences(_ findings: Findings) -> [String] {
        let costs = findings[ScoreOptionCosts.self]
        let leads = Phase.allCases.compactMap { phase in costs.first { $0.phase == phase } }
        return leads.map { lead in
            let own = costs.filter { $0.plain == lead.plain && $0.length == lead.length }
            let ratios = own.map { "\($0.options) \(Quantity.interval($0.ratio, unit: "×"))" }
            return
                "\(lead.plain) at \(Quantity.tokens(lead.length)) tokens takes, as a multiple of its time with plain scores: "
                + ratios.joined(separator: ", ") + "."
        }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        let costs = findings[ScoreOptionCosts.self]
        guard section == .statistics, !costs.isEmpty else { return [] }
        return .table(
            "What options of scores cost",
            Table(
                columns: [
                    .init("series", .left), .init("tokens"), .init("time"), .init("with plain scores"), .init("ratio"),
                ],
                rows: costs.map { cost in
                    [
                        cost.series, Quantity.tokens(cost.length), Quantity.time(cost.median),
                        Quantity.time(cost.plainMedian), Quantity.interval(cost.ratio, unit: "×"),
                    ]
                }))
    }
}
