import Analysis
import Attention
import Quantities

/// How much of the run the machine was at full speed, by the sentinels beside its samples.
enum QuietRun: Finding {
    static let phase = Phase.prefill

    /// "The machine was at full speed for 63 % of the run; the rest was left out." Nil where no sentinels ran.
    static func sentence(_ analysis: ScalingAnalysis) -> String? {
        guard let quiet = analysis.quietTime else { return nil }
        let share = Quantity.percent(quiet.share)
        if quiet.share == 1 { return "The machine was at full speed beside every sample." }
        let rest =
            switch quiet.cellsUsedWhole {
            case 0: "the rest was left out"
            case quiet.cells: "too little to leave the rest out"
            default:
                "the rest was left out, but for \(Quantity.count(quiet.cellsUsedWhole)) of "
                    + "\(Quantity.count(quiet.cells)) cells that would have kept too few samples"
            }
        return "The machine was at full speed for \(share) of the run; \(rest)."
    }

    /// For the head of a report, whatever it is about: nil where nearly all of the run was quiet.
    static func warning(_ analysis: ScalingAnalysis) -> String? {
        (analysis.quietTime?.share ?? 1) < QuietTime.worthTelling ? sentence(analysis) : nil
    }

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .statistics, let sentence = sentence(findings.analysis) else { return [] }
        return [.paragraph(sentence)]
    }
}
