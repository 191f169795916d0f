import Analysis
import Quantities
import Records
import Statistics

/// What a run of several launches says of its launches.
public enum LaunchTables {
    /// "Variance between launches 62 %, between rounds 28 %, within a round 10 % …"; nil for a single launch.
    public static func sentence(_ analysis: ScalingAnalysis) -> String? {
        guard let split = VarianceSplit(analysis) else { return nil }
        let parts = [
            ("between launches", Optional(split.launch)),
            (split.sample == nil ? "between rounds and within them" : "between rounds", split.round),
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
    static func variance(_ analysis: ScalingAnalysis) -> Table {
        let rows = analysis.series.flatMap { series in
            series.points.compactMap { point -> [String]? in
                guard let variance = point.variance, let shares = variance.shares else { return nil }
                return [
                    series.label, Quantity.tokens(point.keyLength), "\(point.launches)",
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

    /// One row a process.
    static func launches(_ results: Results) -> Table {
        Table(
            columns: [
                .init("launch"), .init("started", .left), .init("took"), .init("clock before"), .init("after"),
                .init("stolen"), .init("others waited"), .init("throttled"), .init("padding"),
            ],
            rows: results.launches.map { record in
                let conditions = record.conditions
                return [
                    "\(record.launch)", record.startedAt, Quantity.time(nanoseconds: conditions.seconds * 1e9),
                    gigahertz(conditions.hertzBefore), gigahertz(conditions.hertzAfter),
                    conditions.stolenShare.map(percent) ?? "unknown",
                    conditions.waitingShare.map(percent) ?? "unknown",
                    conditions.throttledPeriods.map { "\($0)×" } ?? "unknown", Quantity.bytes(record.paddingBytes),
                ]
            })
    }

    /// What the machine did during the launches that may have changed their times.
    public static func cautions(_ results: Results) -> [Caution] {
        results.launches.flatMap { record -> [Caution] in
            let conditions = record.conditions
            var doubts: [String] = []
            if abs(conditions.clockChange) > LaunchConditions.tolerableClockChange {
                doubts.append(
                    "the core's clock went from \(gigahertz(conditions.hertzBefore)) to "
                        + gigahertz(conditions.hertzAfter))
            }
            if let stolen = conditions.stolenShare, stolen > 0.005 {
                doubts.append("the hypervisor took \(percent(stolen)) of the CPU's time")
            }
            if let periods = conditions.throttledPeriods, periods > 0 {
                doubts.append("the container was stopped \(periods) times for its CPU quota")
            }
            return doubts.isEmpty
                ? [] : [Caution("launch \(record.launch): " + doubts.joined(separator: "; "))]
        }
    }

    private static func percent(_ share: Double) -> String {
        Quantity.number(share * 100, place: share < 0.1 ? -1 : 0) + " %"
    }

    private static func gigahertz(_ hertz: Double) -> String { Quantity.number(hertz / 1e9, place: -2) + " GHz" }

    private static func sentenceCase(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
