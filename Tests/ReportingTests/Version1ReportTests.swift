import Analysis
import Foundation
import Records
import Reporting
import Testing

/// Committed reports were made by builds that wrote version 1. Their results still say the same.
@Suite struct Version1ReportTests {
    private static let reports = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("reports")

    @Test(arguments: ["2026-11-21-long-context", "2026-11-21-scaling"])
    func theNumbersAreThoseThatWereCommitted(name: String) throws {
        let folder = Self.reports.appendingPathComponent(name)
        let results = try ResultsFile.load(folder.appendingPathComponent("results.jsonl").path)
        let committed = try JSONSerialization.jsonObject(
            with: Data(contentsOf: folder.appendingPathComponent("analysis.json")))
        let computed = try JSONSerialization.jsonObject(
            with: JSONEncoder().encode(Findings(ScalingAnalysis(results: results))))
        var count = 0
        for difference in Self.differences(committed, computed, at: name, &count) { Issue.record("\(difference)") }
        #expect(count > 2500)
    }

    /// What `committed` says and `computed` does not. Fields that are younger than the report are no difference. Masks, and
    /// the state of a cell without a time, are written in another way.
    private static func differences(_ committed: Any, _ computed: Any?, at path: String, _ count: inout Int) -> [String]
    {
        switch (committed, computed) {
        case (let committed as [String: Any], let computed as [String: Any]):
            var computed = computed
            if let state = computed["state"] { computed["failed"] = "\(state)" == "skipped" ? 0 : 1 }
            return committed.filter { $0.key != "mask" }.flatMap {
                differences($0.value, computed[$0.key], at: "\(path).\($0.key)", &count)
            }
        case (let committed as [Any], let computed as [Any]):
            guard committed.count == computed.count else {
                return ["\(path) has \(computed.count) elements, and \(committed.count) were committed"]
            }
            return committed.indices.flatMap {
                differences(committed[$0], computed[$0], at: "\(path)[\($0)]", &count)
            }
        case (let committed as Double, let computed as Double):
            count += 1
            let isSame = abs(committed - computed) <= 1e-9 * max(abs(committed), abs(computed))
            return isSame ? [] : ["\(path) is \(computed), and \(committed) was committed"]
        default:
            let isSame = "\(committed)" == computed.map { "\($0)" }
            return isSame ? [] : ["\(path) is \(computed ?? "missing"), and \(committed) was committed"]
        }
    }
}
