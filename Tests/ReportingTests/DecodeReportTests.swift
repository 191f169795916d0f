import Analysis
import Foundation
import Statistics
import Testing
import TestSupport

@testable import Reporting
@testable import Quantities
@testable import Drawing

@Suite struct DecodeReportTests {
    private static let analyses = [
        ("decode", PlantedDecode.growth), ("bandwidth", PlantedDecode.growth), ("streaming", PlantedDecode.streaming),
        ("formats", PlantedDecode.formats), ("tokens", PlantedDecode.inputAndOutput),
    ]

    private static func figures(_ analysis: ScalingAnalysis) -> [Figure] {
        Figure.all(for: analysis)
    }

    @Test(arguments: ["decode", "bandwidth", "streaming", "formats", "tokens"])
    func scriptAndDataAreAsReviewed(name: String) throws {
        let analysis = try #require(Self.analyses.first { $0.0 == name }).1
        let figure = try #require(Self.figures(analysis).first { $0.name == name })
        #expect(figure.drawing.script == Golden.text("\(name).gp", updatingTo: figure.drawing.script))
        #expect(figure.data == Golden.text("\(name).csv", updatingTo: figure.data))
    }

    /// Each analysis draws its own figures and no other of decoding, and prompts none of them.
    @Test func figuresAreThereWhereTheirDataAre() {
        func names(_ analysis: ScalingAnalysis) -> [String] { Self.figures(analysis).map(\.name) }
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
        #expect(PlantedAnalysis.full.curveLengths == 512...16_384)
        #expect(PlantedDecode.small.curveLengths == 1024...1 << 20)
    }

    @Test func namesLeaveRoomForCurves() throws {
        let plot = try #require(DecodeFigure.plot(PlantedDecode.growth)).leavingOutDecode
        let (page, column) = (PlotLayout(plot, width: .page), PlotLayout(plot, width: .column))
        #expect(page.name("decode-full").hasPrefix("full: bytes^"))
        #expect(column.name("decode-full") == "full")
        #expect(column.upper.right - column.upper.left > column.width / 2)
    }

    @Test func theyAreDrawn() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, analysis) in Self.analyses {
            let report = Report(
                [ReportSource(label: "new", results: PlantedResults.results, analysis: analysis)],
                figures: Self.figures(analysis),
                gnuplot: Result { () throws(GnuplotError) in try Gnuplot() })
            #expect(try report.write(to: directory, formats: [.svg, .md]).map(\.description) == [])
            let file = directory.appendingPathComponent("figures/\(name).svg")
            #expect(try Data(contentsOf: file).count > 2000, "\(name)")
        }
    }

    @Test func tablesAreAsReviewed() throws {
        var text = ""
        func add(_ table: Table) { text += TerminalTable.text(table, width: 120) + "\n" }
        add(ReportTables.decodeSeries(PlantedDecode.growth))
        add(ReportTables.decodeCells(PlantedDecode.growth))
        add(ReportTables.streaming(try #require(PlantedDecode.streaming.streaming.first)))
        add(ReportTables.tokenCosts(PlantedDecode.inputAndOutput))
        add(ReportTables.cacheFormats(PlantedDecode.formats))
        #expect(text == Golden.text("decode-tables", updatingTo: text))
    }

    @Test func headlinesAreAsReviewed() {
        let text = [PlantedDecode.growth, PlantedDecode.streaming, PlantedDecode.formats, PlantedDecode.inputAndOutput]
            .map { analysis in
                let headlines = Headlines(analysis)
                return (headlines.lines + ["--"] + headlines.details).joined(separator: "\n") + "\n"
            }.joined(separator: "\n")
        #expect(text == Golden.text("decode-headlines", updatingTo: text))
    }

    /// Steps have tables of their own: none stands among prompts, and none is counted in pairs.
    @Test func promptsAndStepsStandApart() {
        let analysis = PlantedDecode.inputAndOutput
        #expect(ReportTables.series(analysis).rows.map { $0[0] } == ["full"])
        #expect(ReportTables.decodeSeries(analysis).rows.map { $0[0] } == ["decode-full"])
        #expect(ReportTables.summaries(PlantedDecode.growth).count == 1)
        #expect(ReportTables.summaries(analysis).count == 2)
    }

    @Test func numbersAboutZeroKeepTheDigitsOfTheirInterval() {
        let slope = Estimate(value: 0.00042, low: -0.0036, high: 0.0044, level: 0.95)
        #expect(Quantity.aboutZero(slope) == "0.000 ± 0.004")
        #expect(Quantity.aboutZero(Estimate(value: -0.012, low: -0.025, high: 0.001, level: 0.95)) == "−0.012 ± 0.013")
    }
}
