import Analysis
import Foundation
import Statistics
import Testing
import TestSupport

@testable import Reporting
@testable import Quantities
@testable import Drawing

@Suite struct DecodeReportTests {
    private static let findings = [
        ("decode", PlantedDecode.growth), ("bandwidth", PlantedDecode.growth), ("streaming", PlantedDecode.streaming),
        ("formats", PlantedDecode.formats), ("tokens", PlantedDecode.inputAndOutput),
    ]

    private static func figures(_ findings: Findings) -> [Figure] {
        Figure.all(for: findings)
    }

    @Test(arguments: ["decode", "bandwidth", "streaming", "formats", "tokens"])
    func scriptAndDataAreAsReviewed(name: String) throws {
        let findings = try #require(Self.findings.first { $0.0 == name }).1
        let figure = try #require(Self.figures(findings).first { $0.name == name })
        #expect(figure.drawing.script == Golden.text("\(name).gp", updatingTo: figure.drawing.script))
        #expect(figure.data == Golden.text("\(name).csv", updatingTo: figure.data))
    }

    /// Each analysis draws its own figures and no other of decoding, and prompts none of them.
    @Test func figuresAreThereWhereTheirDataAre() {
        func names(_ findings: Findings) -> [String] { Self.figures(findings).map(\.name) }
        #expect(names(PlantedDecode.growth) == ["decode", "bandwidth", "roofline"])
        #expect(names(PlantedDecode.streaming) == ["streaming", "roofline"])
        #expect(names(PlantedDecode.formats).starts(with: ["formats", "quality"]))
        #expect(names(PlantedDecode.inputAndOutput).starts(with: ["decode", "bandwidth", "tokens", "time"]))
        #expect(
            Set(names(PlantedAnalysis.full)).isDisjoint(with: ["decode", "bandwidth", "streaming", "tokens", "formats"])
        )
    }

    /// A prompt beside decoding is there for comparison; several kernels that read prompts come first.
    @Test func promptsLeadWhereTheyAreCompared() {
        #expect(Headlines(PlantedDecode.inputAndOutput).lines[0].hasPrefix("decode-full: "))
        let lines = Headlines(PlantedDecode.promptsAndOutput).lines
        #expect(lines[0].hasPrefix("full, 1 thread: time grows as pairs^"))
        // Not the same kernel on more threads.
        #expect(lines[1].hasPrefix("sliding-window(128): matches theory"))
        #expect(lines.contains { $0.hasPrefix("decode-full: ") })
        #expect(Self.figures(PlantedDecode.promptsAndOutput)[0].name == "time")
    }

    /// Lengths that a wide gap parts from the others have no curve.
    @Test func curvesAreWhereLengthsAreClose() {
        #expect(PlantedAnalysis.full.analysis.curveLengths == 512...16_384)
        #expect(PlantedDecode.small.analysis.curveLengths == 1024...1 << 20)
    }

    @Test func namesLeaveRoomForCurves() throws {
        let plot = try #require(StepTimes.figure(PlantedDecode.growth)).naming(
            series: PlantedDecode.growth.analysis)
        let (page, column) = (PlotLayout(plot, width: .page), PlotLayout(plot, width: .column))
        #expect(page.name("decode-full").hasPrefix("full: bytes^"))
        #expect(column.name("decode-full") == "full")
        #expect(column.upper.right - column.upper.left > column.width / 2)
    }

    @Test func theyAreDrawn() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, findings) in Self.findings {
            let report = Report(
                [ReportSource(label: "new", results: PlantedResults.results, findings: findings)],
                figures: Self.figures(findings),
                gnuplot: Result { () throws(GnuplotError) in try Gnuplot() })
            #expect(try report.write(to: directory, formats: [.svg, .md]).map(\.description) == [])
            let file = directory.appendingPathComponent("figures/\(name).svg")
            #expect(try Data(contentsOf: file).count > 2000, "\(name)")
        }
    }

    @Test func tablesAreAsReviewed() throws {
        var text = ""
        func add(_ table: Table) { text += TerminalTable.text(table, width: 120) + "\n" }
        add(StepTimes.summary(PlantedDecode.growth))
        add(StepTimes.cells(PlantedDecode.growth.analysis))
        add(StreamingCosts.table(try #require(PlantedDecode.streaming[StreamingCosts.self].first)))
        add(TokenCosts.table(PlantedDecode.inputAndOutput[TokenCosts.self]))
        add(CacheFormatCosts.table(PlantedDecode.formats[CacheFormatCosts.self]))
        #expect(text == Golden.text("decode-tables", updatingTo: text))
    }

    @Test func headlinesAreAsReviewed() {
        let text = [PlantedDecode.growth, PlantedDecode.streaming, PlantedDecode.formats, PlantedDecode.inputAndOutput]
            .map { findings in
                let headlines = Headlines(findings)
                return (headlines.lines + ["--"] + headlines.details).joined(separator: "\n") + "\n"
            }.joined(separator: "\n")
        #expect(text == Golden.text("decode-headlines", updatingTo: text))
    }

    /// Steps have tables of their own: none stands among prompts, and none is counted in pairs.
    @Test func promptsAndStepsStandApart() {
        let findings = PlantedDecode.inputAndOutput
        #expect(PromptTimes.summary(findings.only(.prefill)).rows.map { $0[0] } == ["full"])
        #expect(StepTimes.summary(findings).rows.map { $0[0] } == ["decode-full"])
        #expect(PlantedDecode.growth.summaries.count == 1)
        #expect(findings.summaries.count == 2)
    }

    @Test func numbersAboutZeroKeepTheDigitsOfTheirInterval() {
        let slope = Estimate(value: 0.00042, low: -0.0036, high: 0.0044, level: 0.95)
        #expect(Quantity.aboutZero(slope) == "0.000 ± 0.004")
        #expect(Quantity.aboutZero(Estimate(value: -0.012, low: -0.025, high: 0.001, level: 0.95)) == "−0.012 ± 0.013")
    }
}
