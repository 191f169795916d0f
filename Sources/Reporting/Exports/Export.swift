import Analysis

/// A form in which another program reads what was measured: each has a file of its own in this folder, and a line in one
/// of the two lists below.
public struct Export<Subject: Sendable>: Sendable {
    /// What `--format` calls it.
    public let name: String
    public let fileStem: String
    public let fileExtension: String
    public let text: @Sendable (Subject) throws(ReportError) -> String

    /// Of a single subject.
    public var fileName: String { "\(fileStem).\(fileExtension)" }
}

extension Export where Subject == ReportSource {
    /// Of results.
    public static let all: [Export<ReportSource>] = [
        Export(name: "bencher", fileStem: "bencher", fileExtension: "json", text: BencherMetrics.text),
        Export(
            name: "github-action-benchmark", fileStem: "github-action-benchmark", fileExtension: "json",
            text: GitHubActionBenchmark.text),
        Export(
            name: "google-benchmark", fileStem: "google-benchmark", fileExtension: "json", text: GoogleBenchmark.text),
        Export(name: "sql", fileStem: "results", fileExtension: "sql", text: SQLiteScript.text),
    ]
}

extension Export where Subject == Comparison {
    /// Of comparisons.
    public static let all: [Export<Comparison>] = [
        Export(name: "json", fileStem: "comparison", fileExtension: "json", text: ComparisonJSON.text),
        Export(name: "csv", fileStem: "comparison", fileExtension: "csv", text: ComparisonCSV.text),
        Export(name: "junit", fileStem: "junit", fileExtension: "xml", text: JUnit.text),
        Export(name: "github", fileStem: "summary", fileExtension: "md") { StepSummary.text($0) },
    ]
}
