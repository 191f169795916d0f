import Analysis
import Escaping
import Foundation
import TestSupport
import Testing

@testable import Reporting

/// Results for other programs: as reviewed, and as those programs read them.
@Suite struct ResultsExportTests {
    @Test(arguments: Export<ReportSource>.all.map(\.name)) func isAsReviewed(name: String) throws {
        let export = try #require(Export<ReportSource>.all.first { $0.name == name })
        let text = try export.text(PlantedSamples.source)
        #expect(text == Golden.text("export-\(name)", updatingTo: text))
    }

    @Test func everyMeasuredCellHasANameOfItsOwn() {
        let names = MeasuredCell.all(in: PlantedSamples.source).map(\.name)
        #expect(Set(names) == ["planted 1K", "planted 2K", "\(PlantedSamples.nasty) 1K"])
        #expect(names.count == 3)
    }

    /// What Bencher's schema asks for: objects of objects with numbers, the value among them.
    @Test func bencherReadsBoundsAroundTheValue() throws {
        typealias Metrics = [String: [String: [String: Double]]]
        let text = try BencherMetrics.text(PlantedSamples.source)
        let metrics = try JSONDecoder().decode(Metrics.self, from: Data(text.utf8))
        #expect(metrics.count == 3)
        for (name, measures) in metrics {
            #expect(!name.isEmpty && name.count <= 1024)
            #expect(measures.keys.allSatisfy { (1...64).contains($0.count) })
            let latency = try #require(measures["latency"])
            #expect(try #require(latency["lower_value"]) <= (try #require(latency["value"])))
            #expect(try #require(latency["value"]) <= (try #require(latency["upper_value"])))
            #expect(Set(latency.keys) == ["value", "lower_value", "upper_value"])
        }
        let point = try #require(MeasuredCell.all(in: PlantedSamples.source).first { $0.name == "planted 1K" }?.point)
        let latency = try #require(metrics["planted 1K"]?["latency"])
        #expect(
            latency == ["value": point.median.value, "lower_value": point.median.low, "upper_value": point.median.high])
        #expect(abs(point.median.value - 4.17e6) < 1e3)
        #expect(metrics["planted 1K"]?["computed-pairs"]?["value"] == 524_800)
    }

    /// github-action-benchmark takes a range for a number where it finds "±", spaces, and from there on a number of at
    /// least two characters.
    @Test func rangesAreReadAsNumbers() throws {
        let text = try GitHubActionBenchmark.text(PlantedSamples.source)
        let entries = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(entries.count == 3)
        for entry in entries {
            #expect(entry["unit"] as? String == "ns")
            #expect(try #require(entry["value"] as? Double) > 0)
            let range = try #require(entry["range"] as? String)
            let number = try #require(range.firstMatch(of: #/(?:\+-|±)\s*(\d.+)/#)?.output.1)
            #expect(Double(number) != nil, "\(range)")
        }
    }

    @Test func medianLeavesOutWhatTheRepetitionsKeep() throws {
        let text = try GoogleBenchmark.text(PlantedSamples.source)
        let file = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let entries = try #require(file["benchmarks"] as? [[String: Any]])
        let repetitions = entries.filter { $0["name"] as? String == "planted 2K" }
        #expect(repetitions.map { $0["real_time"] as? Double } == [16e6, 16.1e6, 16.2e6, 19e6])
        #expect(repetitions.map { $0["cpu_time"] as? Double } == [15.84e6, 15.939e6, 16.038e6, 18.81e6])
        #expect(repetitions.map { $0["contaminated"] as? Int } == [0, 0, 0, 1])
        #expect(repetitions.map { $0["repetition_index"] as? Int } == [0, 1, 2, 3])
        let median = try #require(entries.first { $0["name"] as? String == "planted 2K_median" })
        let point = try #require(MeasuredCell.all(in: PlantedSamples.source).first { $0.name == "planted 2K" }?.point)
        #expect(median["real_time"] as? Double == point.median.value)
        #expect(median["aggregate_name"] as? String == "median")
    }

    @Test(
        .enabled(
            if: OutsideTool.pythonWithSciPy != nil && OutsideTool.googleCompare != nil,
            "google/benchmark's compare.py is not there: apt-get install libbenchmark-tools python3-scipy")
    )
    func googleBenchmarkComparesTwo() throws {
        let python = try #require(OutsideTool.pythonWithSciPy)
        let script = try #require(OutsideTool.googleCompare)
        try OutsideTool.inFolder { folder in
            let files = [("old", 1), ("new", 3)].map { (folder.appendingPathComponent("\($0).json"), $1) }
            for (file, factor) in files {
                let text = try GoogleBenchmark.text(PlantedSamples.source(label: "x", factor: factor))
                try Data(text.utf8).write(to: file)
            }
            let found = folder.appendingPathComponent("found.json")
            let result = try python.run(
                [script, "--no-color", "-d", found.path, "benchmarks"] + files.map(\.0.path))
            #expect(result.status == 0, "\(result.output)")
            let report = try JSONSerialization.jsonObject(with: Data(contentsOf: found))
            let all = try #require(report as? [[String: Any]])
            // Newer tools add a mean over all.
            let cells = all.filter { $0["name"] as? String != "OVERALL_GEOMEAN" }
            // Three cells, each with its repetitions and its median.
            #expect(cells.count == 6)
            for cell in cells {
                let name = try #require(cell["name"] as? String)
                let measurements = try #require(cell["measurements"] as? [[String: Any]])
                let count = name == "planted 1K" ? 8 : name == "planted 2K" ? 4 : name.hasSuffix("_median") ? 1 : 2
                #expect(measurements.count == count, "\(name)")
                #expect(measurements.allSatisfy { abs(($0["time"] as? Double ?? 0) - 2) < 1e-9 }, "\(name)")
            }
            #expect(result.output.contains("planted 1K_pvalue"))
        }
    }

    @Test(.enabled(if: OutsideTool.sqlite != nil, "sqlite3 is not installed: apt-get install sqlite3"))
    func sqliteTakesScriptsOfSeveralResults() throws {
        let sqlite = try #require(OutsideTool.sqlite)
        let script =
            SQLiteScript.text(PlantedSamples.source) + SQLiteScript.text(PlantedSamples.source(label: "it's 2"))
        func answer(_ query: String) throws -> String {
            let result = try sqlite.run(["-bail", ":memory:"], input: script + query + ";\n")
            #expect(result.status == 0, "\(result.output)")
            return result.output
        }
        #expect(try answer("SELECT count(*) FROM runs") == "2\n")
        #expect(try answer("SELECT results FROM runs ORDER BY 1") == "it's 2\nplanted\n")
        #expect(try answer("SELECT outcome, count(*) FROM cells GROUP BY 1") == "failed|2\nmeasured|6\nskipped|2\n")
        #expect(try answer("SELECT count(*), sum(contaminated) FROM samples") == "28|2\n")
        #expect(
            try answer("SELECT max(callNanoseconds) FROM samples WHERE series = 'planted' AND keyTokens = 1024")
                == "4340000.0\n")
        let hex = PlantedSamples.nasty.utf8.map { String(format: "%02X", $0) }.joined()
        #expect(try answer("SELECT DISTINCT hex(kernel) FROM cells WHERE kernel <> 'planted'") == hex + "\n")
        #expect(try answer("SELECT DISTINCT typeof(medianNanoseconds) FROM cells") == "real\nnull\n")
        #expect(
            try answer("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1") == "cells\nruns\nsamples\n")
    }

    @Test func literalsKeepTheirText() {
        #expect(
            SQLiteScript.literal(.text("it's\n\"50%\"; DROP TABLE cells;--"))
                == "'it''s' || char(10) || '\"50%\"; DROP TABLE cells;--'"
        )
        #expect(SQLiteScript.literal(.text("a\0b")) == "'a' || char(0) || 'b'")
        #expect(SQLiteScript.literal(.number(.infinity)) == "NULL")
        #expect(SQLiteScript.literal(.number(1e-9)) == "1e-09")
        #expect(SQLiteScript.literal(.flag(true)) == "1")
        #expect(SQLiteScript.literal(.missing) == "NULL")
    }

    @Test func aLineEndOfTwoCharactersIsQuotedAndKeptOutOfMarkdown() {
        let table = TidyTable(columns: ["a"], rows: [[.text("x\r\ny")]])
        #expect(table.csv == "a\n\"x\r\ny\"\n")
        #expect(Markdown.escaped("x\r\ny\rz\n|`<b>`") == "x y z \\|\\`&lt;b&gt;\\`")
    }

    @Test func numbersThatJSONHasNotAreNamed() {
        #expect(throws: ReportError.self) { try ExportJSON.text([Double.infinity], file: "x.json") }
    }

    @Test func eachHasANameAndAFileOfItsOwn() {
        let results = Export<ReportSource>.all
        let comparisons = Export<Comparison>.all
        #expect(Set(results.map(\.name)).count == results.count)
        #expect(Set(results.map(\.fileName)).count == results.count)
        #expect(Set(comparisons.map(\.name)).count == comparisons.count)
        #expect(Set(comparisons.map(\.fileName)).count == comparisons.count)
        #expect(Set(results.map(\.name)).isDisjoint(with: Report.Format.allCases.map(\.rawValue)))
    }
}
