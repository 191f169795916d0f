import Analysis
import Records

/// One set of results in a report, with what it is called where there are several.
public struct ReportSource: Sendable {
    public let label: String
    public let results: Results
    public let analysis: ScalingAnalysis

    public init(label: String, results: Results, analysis: ScalingAnalysis) {
        self.label = label
        self.results = results
        self.analysis = analysis
    }

    /// "results.jsonl" of a single source; "results-old-build.jsonl" of one among several.
    public func fileName(_ stem: String, _ extension: String, among sources: [ReportSource]) -> String {
        guard sources.count > 1 else { return "\(stem).\(`extension`)" }
        let slug = label.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" }
        return "\(stem)-\(String(slug)).\(`extension`)"
    }
}
