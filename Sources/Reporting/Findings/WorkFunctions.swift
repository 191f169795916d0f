import Analysis
import Attention
import Quantities

/// Which function of the length the times follow, where textbooks offer several, and how steeply they grow from one length
/// to the next.
enum WorkFunctions: Finding {
    static let phase = Phase.prefill

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        section == .statistics
            ? .table("Functions that the times could be proportional to", candidates(findings.analysis))
                + .table("Exponent on the length, between neighbouring lengths", localExponents(findings.analysis)) : []
    }

    /// Work functions against each other, the best two of each series and all that cannot be told from them.
    private static func candidates(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("series", .left), .init("function", .left), .init("ΔAICc"), .init("weight"), .init("", .left),
            ],
            rows: analysis.series.flatMap { series in
                series.candidates.enumerated().filter { $0.offset < 2 || $0.element.indistinguishable }.map {
                    rank, one in
                    [
                        series.label, one.name, Quantity.number(one.deltaAICc, place: -1), Quantity.percent(one.weight),
                        rank == 0 ? "best" : one.indistinguishable ? "indistinguishable" : "",
                    ]
                }
            })
    }

    /// How steeply time grows between neighbouring lengths, against what the pairs say there.
    private static func localExponents(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [.init("series", .left), .init("from"), .init("to"), .init("measured"), .init("theory")],
            rows: analysis.series.flatMap { series in
                series.localExponents.map { local in
                    [
                        series.label, Quantity.tokens(local.fromLength), Quantity.tokens(local.toLength),
                        Quantity.estimate(local.measured), Quantity.number(local.theory, place: -2),
                    ]
                }
            })
    }
}
