import Analysis
import Escaping
import Records

/// One set of results in a report, with what it is called where there are several.
public struct ReportSource: Sendable {
    public let label: String
    public let results: Results
    public let findings: Findings

    public init(label: String, results: Results) {
        self.init(label: label, results: results, findings: Findings(ScalingAnalysis(results: results)))
    }

    public init(label: String, results: Results, findings: Findings) {
        self.label = label
        self.results = results
        self.findings = findings
    }

    public var analysis: ScalingAnalysis { findings.analysis }

    /// "results.jsonl" of a single source; "results-old-build.jsonl" of one among several.
    ///
    /// - Precondition: this source is one of them.
    public func fileName(_ stem: String, extension: String, among sources: [ReportSource]) -> String {
        guard sources.count > 1 else { return "\(stem).\(`extension`)" }
        let index = sources.firstIndex { $0.label == label }!
        return "\(stem)-\(LabelSlugs.of(sources.map(\.label))[index]).\(`extension`)"
    }
}
