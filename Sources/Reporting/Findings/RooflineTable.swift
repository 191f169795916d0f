import Analysis
import Quantities

extension ReportTables {
    /// One row a cell: what bounds it, and how much of that it attains. Empty where no ceiling was measured.
    static func roofline(_ analysis: ScalingAnalysis) -> Table {
        let rows = analysis.series.flatMap { series -> [[String]] in
            guard let roof = analysis.roofline(of: series) else { return [] }
            return series.points.map { point in
                [
                    series.label, Quantity.tokens(point.keyLength), Quantity.significant(point.intensity, digits: 3),
                    point.intensity < roof.ridge ? "memory" : "arithmetic",
                    Quantity.flops(perSecond: roof.attainable(intensity: point.intensity)),
                    Quantity.flops(perSecond: point.flopsPerSecond.value),
                    Quantity.percent(roof.fractionOfAttainable(point)),
                ]
            }
        }
        return Table(
            columns: [
                .init("series", .left), .init("n"), .init("FLOP/byte"), .init("bound by", .left), .init("attainable"),
                .init("measured"), .init("of attainable"),
            ], rows: rows)
    }
}
