import Analysis
import Attention
import Quantities
import Statistics

/// What selecting blocks of keys costs beside attending to them, and from which length on it costs more.
enum SelectionCosts: Finding {
    static let phase = Phase.prefill
    static let key: String? = "selections"

    static func find(in analysis: ScalingAnalysis) -> [SelectionLaw] { SelectionLaw.all(among: analysis.measured) }
    static func label(of law: SelectionLaw) -> String? { law.series }

    /// "top-k-blocks(8×128): beats full from 3,100 [3,000, 3,200] tokens; choosing blocks takes 12 [11, 13] % of the time at 64K tokens, and more
    /// than half of it from 451,000 [430,000, 470,000] tokens on, where FLOPs say 491,521."
    static func sentences(_ findings: Findings) -> [String] {
        // The sentence on windows says it of the series that it is about.
        let lead = findings.analysis.only(.prefill).windowedLead?.label
        return findings[SelectionCosts.self].map { law in
            let crossing = findings[Crossovers.self].first {
                law.series != lead && [$0.faster, $0.slower].contains(law.series)
            }
            let beats = crossing.flatMap { crossing in
                findings.analysis.series(labelled: law.series).map { Crossovers.beats(crossing, for: $0) + "; " }
            }
            let counted = "FLOPs say \(Quantity.count(law.overtakingByCounts))"
            let half =
                law.overtaking.map {
                    ", and more than half of it from \(Quantity.interval($0, unit: "tokens")) on, where \(counted)"
                } ?? "; \(counted) tokens for one half of it"
            return "\(law.series): \(beats ?? "")choosing blocks takes \(percent(law.choiceShare)) of the time at "
                + "\(Quantity.tokens(law.longest)) tokens\(half)."
        }
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        let laws = findings[SelectionCosts.self]
        guard section == .statistics, !laws.isEmpty else { return [] }
        return .table(
            "The time of selected blocks as a sum of two powers",
            Table(
                columns: [
                    .init("series", .left), .init("exponent on the sum"), .init("verdict", .left),
                    .init("ns a product"),
                    .init("ns a pair"), .init("share of choosing"), .init("at tokens"), .init("overtakes from"),
                    .init("by FLOPs from"),
                ],
                rows: laws.map { law in
                    [
                        law.series, Quantity.estimate(law.exponent), law.verdict.rawValue,
                        Quantity.estimate(law.scoreNanoseconds), Quantity.estimate(law.pairNanoseconds),
                        percent(law.choiceShare), Quantity.tokens(law.longest),
                        law.overtaking.map { Quantity.interval($0) } ?? "–", Quantity.count(law.overtakingByCounts),
                    ]
                }))
    }

    private static func percent(_ share: Estimate) -> String {
        "\(Quantity.number(share.value * 100, place: 0)) [\(Quantity.number(share.low * 100, place: 0)), "
            + "\(Quantity.number(share.high * 100, place: 0))] %"
    }
}
