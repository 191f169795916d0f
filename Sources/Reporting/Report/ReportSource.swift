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

/// What labels are called in the names of files: letters, digits and `._-`, and no two alike.
enum LabelSlugs {
    /// With what stands around it, a name then stays below the 255 bytes that file systems allow.
    private static let longest = 48

    /// `a/b` and `a b` become `a-b` and `a-b-2`, in the order in which they are given.
    static func of(_ labels: [String]) -> [String] {
        var taken = Set<String>()
        return labels.map { label in
            let slug = FileName.part(label, longest: longest)
            let names = [slug] + (2...labels.count + 1).map { "\(slug)-\($0)" }
            // Some file systems take capitals for small letters. Of the names, one more than there are labels, one is
            // free.
            let name = names.first { !taken.contains($0.lowercased()) }!
            taken.insert(name.lowercased())
            return name
        }
    }
}
