import Analysis
import Escaping
import Foundation

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

/// JSON that is the same text for the same value.
public enum JSONText {
    /// - Throws: `EncodingError` where a number is not finite.
    public static func of(_ value: some Encodable, snakeCase: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        return JSONEscapes.visible(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
    }
}

/// JSON for another program.
enum ExportJSON {
    /// - Throws: where a number is not finite.
    static func text(_ value: some Encodable, file: String, snakeCase: Bool = false) throws(ReportError) -> String {
        do { return try JSONText.of(value, snakeCase: snakeCase) } catch {
            throw .notEncoded(file: file, reason: "\(error)")
        }
    }
}
