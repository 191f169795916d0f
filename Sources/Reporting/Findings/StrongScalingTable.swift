import Analysis
import Quantities

extension ReportTables {
    /// One row for each number of threads of a problem that was measured at several.
    static func strongScaling(_ analysis: ScalingAnalysis) -> Table {
        Table(
            columns: [
                .init("series", .left), .init("n"), .init("threads"), .init("median"), .init("speed-up"),
                .init("efficiency"),
            ],
            rows: analysis.strongScaling.flatMap { problem in
                problem.rows.map { row in
                    [
                        problem.series, Quantity.tokens(problem.length), Quantity.count(row.threads),
                        Quantity.time(nanoseconds: row.median.value, low: row.median.low, high: row.median.high),
                        Quantity.interval(row.speedUp, unit: "×"), Quantity.percent(row.efficiency.value),
                    ]
                }
            })
    }
}
