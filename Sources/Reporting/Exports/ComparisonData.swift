import Analysis

/// One row a compared cell.
enum ComparisonCSV {
    static func text(_ comparison: Comparison) -> String {
        let rows = comparison.cells.map { cell -> [TidyTable.Value] in
            [
                .text("\(cell.workload)"), .text(cell.verdict.rawValue), .number(cell.ratio.value),
                .number(cell.ratio.low), .number(cell.ratio.high), .number(cell.ratio.level),
                TidyTable.Value(cell.smallestVisibleSlowdown), .whole(cell.launches),
                .number(cell.baselineNanoseconds), .number(cell.candidateNanoseconds),
                .text(cell.findings.map(\.description).joined(separator: "; ")),
            ]
        }
        let absent = comparison.uncompared.map { cell -> [TidyTable.Value] in
            [.text("\(cell.workload)"), .text("not compared")] + Array(repeating: .missing, count: 8)
                + [.text(cell.reason)]
        }
        return TidyTable(
            columns: [
                "cell", "verdict", "ratio", "ratioLow", "ratioHigh", "intervalLevel", "smallestVisibleSlowdown",
                "launches", "baselineNanoseconds", "candidateNanoseconds", "remarks",
            ], rows: rows + absent
        ).csv
    }
}

/// All of a comparison.
enum ComparisonJSON {
    static func text(_ comparison: Comparison) throws(ReportError) -> String {
        try ExportJSON.text(comparison, file: "comparison.json")
    }
}
