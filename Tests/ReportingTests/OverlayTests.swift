import Analysis
import Foundation
import Testing
import TestSupport

@testable import Reporting
@testable import Drawing

@Suite struct OverlayTests {
    /// Planted: the new times are 0.8 of the old ones, with the same relative intervals.
    @Test func ratiosHaveTheirIntervals() throws {
        let (old, new) = (PlantedResults.oldAndNew[0], PlantedResults.oldAndNew[1])
        let ratios = TimeRatio.all(of: new.analysis, over: old.analysis)
        #expect(ratios.count == old.analysis.series.map(\.points.count).reduce(0, +))
        for ratio in ratios {
            #expect(abs(ratio.ratio.value - 0.8) < 1e-9)
            // Both medians reach 1.2 % down and 1.5 % up.
            let halfWidth = hypot(log(1 / 0.988), log(1.015))
            #expect(abs(log(ratio.ratio.high / ratio.ratio.value) - halfWidth) < 1e-9)
            #expect(abs(log(ratio.ratio.value / ratio.ratio.low) - halfWidth) < 1e-9)
        }
        #expect(
            OverlaySentences.ratios([old, new])
                == ["new takes 0.80× the time of old in the median of 23 cells (0.80× to 0.80×)"])
    }

    @Test func mergedSeriesKeepTheirNumbersUnderTheirSource() {
        let findings = Findings(merging: PlantedResults.oldAndNew.map { ($0.label, $0.findings) })
        let merged = findings.analysis
        #expect(
            merged.series.map(\.label) == [
                "full · old", "full · new", "sliding-window(1024) · old", "sliding-window(1024) · new",
            ])
        #expect(merged.series[1].points == PlantedResults.oldAndNew[1].analysis.series[0].points)
        #expect(findings[Forecasts.self].map(\.series).contains("full · new"))
        #expect(findings[Crossovers.self].isEmpty)
    }

    @Test func timesHaveAPanelOfRatios() throws {
        let figures = Figure.all(overlaying: PlantedResults.oldAndNew)
        let time = try #require(figures.first { $0.name == "time" })
        #expect(time.drawing.height > time.drawing.width * 480 / 720)
        #expect(time.script.contains("set multiplot") && time.script.contains("time over old"))
        #expect(time.script == Golden.text("overlay-time.gp", updatingTo: time.script))
        #expect(
            time.data.hasPrefix("layer,series,kind,tokens,nanoseconds,low,high,timeRatio,timeRatioLow,timeRatioHigh\n"))
        let rows = time.data.split(separator: "\n")
        #expect(rows.contains { $0.contains("\"full · new\",measured,512,,,,0.8,") })
        for row in rows.dropFirst() {
            // Labels hold a comma.
            #expect(row.replacing(#/"[^"]*"/#, with: "").count { $0 == "," } == 9)
        }
    }

    @Test func machinesThatDifferAreNamed() throws {
        let same = OverlaySentences.cautions(PlantedResults.oldAndNew).map(\.description)
        #expect(same.count == 3 && same[0].contains("one after the other"))
        #expect(same[1].hasPrefix("old: The machine was busy") && same[2].hasPrefix("new: The machine was busy"))
        let other = ReportSource(
            label: "other", results: PlantedResults.onAnotherMachine, findings: PlantedAnalysis.withNaive)
        let different = OverlaySentences.cautions([PlantedResults.oldAndNew[0], other]).map(\.description)
        #expect(different[0].contains("different machines") && different[0].contains("no verdict"))
        #expect(different[0].contains("Planted CPU <4>") && different[0].contains("Another CPU"))
    }

    @Test func aReportOfSeveralIsWritten() throws {
        try ReportTests.inDirectory { directory in
            #expect(try Report(PlantedResults.oldAndNew).write(to: directory).isEmpty)
            let text = try String(contentsOf: directory.appendingPathComponent("README.md"), encoding: .utf8)
            #expect(text == Golden.text("overlay", updatingTo: text))
            let html = try String(contentsOf: directory.appendingPathComponent("index.html"), encoding: .utf8)
            #expect(HTMLNesting.problems(in: html) == [])
            for name in ["analysis-old.json", "analysis-new.json", "figures/time.png"] {
                #expect(FileManager.default.fileExists(atPath: directory.appendingPathComponent(name).path), "\(name)")
            }
        }
    }

    @Test func labelsBecomeFileNames() {
        let source = PlantedResults.oldAndNew[0]
        #expect(source.fileName("results", extension: "jsonl", among: [source]) == "results.jsonl")
        let odd = ReportSource(label: "a/b c", results: source.results, findings: source.findings)
        #expect(odd.fileName("results", extension: "jsonl", among: [source, odd]) == "results-a-b-c.jsonl")
    }
}
