import Analysis
import Attention
import Quantities
import Statistics

/// How the variance of a cell splits over launches, rounds and samples: where a further repetition would narrow the
/// intervals.
enum LaunchVariance: Finding {
    static let phase = Phase.prefill

    static func blocks(in section: Section, _ findings: Findings) -> [Document.Block] {
        guard section == .statistics, let sentence = sentence(findings.analysis) else { return [] }
        let variance = table(findings.analysis)
        return variance.rows.isEmpty
            ? [] : [.paragraph(sentence), .table(caption: "Parts of the variance, by cell", variance)]
    }

    /// "Variance between launches 62 %, between rounds 28 %, within a round 10 % …"; nil for a single launch.
    static func sentence(_ analysis: ScalingAnalysis) -> String? {
        guard let split = VarianceSplit(analysis) else { return nil }
        let parts = [
            ("between launches", Optional(split.launch)),
            (split.sample == nil ? "between and within rounds" : "between rounds", split.round),
            ("within a round", split.sample),
        ].compactMap { name, share in share.map { (name: name, share: $0) } }
        let advice =
            split.launch >= 0.5
            ? "more launches narrow the intervals, more rounds hardly do"
            : "more rounds narrow the intervals nearly as well as more launches"
        return "Variance of a cell (median; standard deviation \(Quantity.percent(split.deviation))): "
            + parts.map { "\($0.name) \(percent($0.share))" }.joined(separator: ", ") + ". \(sentenceCase(advice))."
    }

    /// One row a cell that was measured in several launches.
    static func table(_ analysis: ScalingAnalysis) -> Table {
        let rows = analysis.series.flatMap { series in
            series.points.compactMap { point -> [String]? in
                guard let variance = point.sampling.variance, let shares = variance.shares else { return nil }
                return [
                    series.label, Quantity.tokens(point.keyLength), "\(point.sampling.launches)",
                    Quantity.percent(variance.total.squareRoot()), percent(shares.launch), percent(shares.round),
                    shares.sample.map(percent) ?? "in rounds",
                ]
            }
        }
        return Table(
            columns: [
                .init("series", .left), .init("n"), .init("launches"), .init("deviation"), .init("launch"),
                .init("round"), .init("sample"),
            ], rows: rows)
    }

    private static func percent(_ share: Double) -> String { LaunchTables.percent(share) }

    private static func sentenceCase(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

/// How the variance of the cells of an analysis splits over launches, rounds and samples: where a further repetition
/// would narrow the intervals.
public struct VarianceSplit: Sendable, Hashable {
    /// Medians over the cells, scaled to sum to 1.
    public let launch: Double
    public let round: Double
    /// Nil where no cell had two samples in a round.
    public let sample: Double?
    /// Median over the cells: the standard deviation of ln(time) by all levels, about the relative one.
    public let deviation: Double

    /// Nil where no cell has several launches.
    public init?(_ analysis: ScalingAnalysis) {
        let components = analysis.series.flatMap(\.points).compactMap(\.sampling.variance)
        let shares = components.compactMap(\.shares)
        guard !shares.isEmpty else { return nil }
        let samples = shares.compactMap(\.sample)
        let parts = [shares.map(\.launch).median, shares.map(\.round).median]
        let sample = samples.isEmpty ? nil : samples.median
        let sum = parts[0] + parts[1] + (sample ?? 0)
        guard sum > 0 else { return nil }
        launch = parts[0] / sum
        round = parts[1] / sum
        self.sample = sample.map { $0 / sum }
        deviation = components.map { $0.total.squareRoot() }.median
    }
}
