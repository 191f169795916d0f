import Analysis

/// All of a comparison.
enum ComparisonJSON {
    static func text(_ comparison: Comparison) throws(ReportError) -> String {
        try ExportJSON.text(comparison, file: "comparison.json")
    }
}
