import Analysis
import Attention
import Benchmarking
import Foundation
import Records
import Testing
import TestSupport

@testable import Reporting
@testable import Drawing

struct CacheQualityTests {
    private static let findings = PlantedAnalysis.withCacheFormats

    @Test func figureIsAsReviewed() throws {
        let figure = try #require(CacheAccuracy.figure(Self.findings).map { Figure($0) })
        #expect(figure.drawing.script == Golden.text("quality.gp", updatingTo: figure.drawing.script))
        #expect(figure.data == Golden.text("quality.csv", updatingTo: figure.data))
    }

    @Test func tableIsAsReviewed() {
        let table = MarkdownTable.text(CacheAccuracy.table(Self.findings.analysis.cacheQuality))
        #expect(table == Golden.text("cache-quality", updatingTo: table))
    }

    @Test func onlyWhereAFormatGivesUpAccuracy() {
        #expect(CacheAccuracy.figure(PlantedAnalysis.full) == nil)
        #expect(CacheAccuracy.table(PlantedAnalysis.full.analysis.cacheQuality).rows.isEmpty)
    }

    @Test func theReportHoldsBoth() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        try Report([ReportSource(label: "new", results: PlantedResults.results, findings: Self.findings)])
            .write(to: directory, formats: [.md, .png])
        let text = try String(contentsOf: directory.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(text.contains("figures/quality.png") && text.contains("Accuracy of each cache format"))
        let image = try Data(contentsOf: directory.appendingPathComponent("figures/quality.png"))
        #expect(image.count > 500)
    }

    /// The numbers in the documentation are those that this build measures.
    @Test func theDocumentHoldsTheTable() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(
            contentsOf: root.appendingPathComponent("docs/kv-cache-formats.md"), encoding: .utf8)
        let formats =
            CacheFormat.allCases.map { CacheFormats($0) }
            + [CacheFormats(key: .q8_0, value: .q4_0), CacheFormats(key: .q4_0, value: .q8_0)]
        let table = MarkdownTable.text(CacheAccuracy.table(CacheQuality.measured(for: Set(formats))))
        #expect(document.contains(table), "docs/kv-cache-formats.md should hold\n\(table)")
    }

    @Test func theTitleNamesTheFewestBits() {
        #expect(
            CacheAccuracy.title(Self.findings.analysis.cacheQuality)
                == "With 3 bits per element, key scales per channel give outputs over real activations an error of 41 %, "
                + "scales per token by 59 %")
        #expect(CacheAccuracy.title([]).hasPrefix("Error of the output"))
    }
}
