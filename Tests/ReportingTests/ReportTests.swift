import Analysis
import Foundation
import Testing
import TestSupport

@testable import Reporting

@Suite struct ReportTests {
    private static func figures(_ analysis: ScalingAnalysis) -> [Figure] {
        Figure.all(for: analysis) { PlantedAnalysis.closedForm($0, length: $1) }
    }

    private static func report(
        _ analysis: ScalingAnalysis, gnuplot: Result<Gnuplot, GnuplotError>? = nil
    ) -> Report {
        Report(
            results: PlantedResults.results, analysis: analysis, figures: figures(analysis),
            gnuplot: gnuplot ?? Result { () throws(GnuplotError) in try Gnuplot() })
    }

    /// Gives a directory of its own, and takes it away again.
    private static func inDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    private static func text(_ directory: URL, _ name: String) throws -> String {
        try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }

    @Test func everyFigureIsDrawnInThreeFormats() throws {
        try Self.inDirectory { directory in
            #expect(try Self.report(PlantedAnalysis.withNaive).write(to: directory).isEmpty)
            for name in ["time", "throughput", "roofline", "pairs", "memory", "forecast"] {
                let starts = [
                    ("svg", "<?xml"), ("png", "\u{89}PNG"), ("pdf", "%PDF"), ("gp", "set encoding"), ("csv", "layer,"),
                ]
                for (format, start) in starts {
                    let data = try Data(contentsOf: directory.appendingPathComponent("figures/\(name).\(format)"))
                    #expect(data.count > 500, "\(name).\(format)")
                    #expect(
                        data.prefix(start.unicodeScalars.count) == Data(start.unicodeScalars.map { UInt8($0.value) }))
                }
            }
        }
    }

    @Test func figuresOfThreadsAreDrawn() throws {
        try Self.inDirectory { directory in
            #expect(try Self.report(PlantedAnalysis.withThreads).write(to: directory).isEmpty)
            let data = try Data(contentsOf: directory.appendingPathComponent("figures/speedup.png"))
            #expect(data.count > 500)
        }
    }

    @Test func whatIsNotAskedForIsNotWritten() throws {
        try Self.inDirectory { directory in
            try Self.report(PlantedAnalysis.withNaive).write(to: directory, formats: [.md, .png])
            #expect(
                Set(try FileManager.default.contentsOfDirectory(atPath: directory.path)) == ["README.md", "figures"])
            let figures = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/figures")
            #expect(Set(figures.map { ($0 as NSString).pathExtension }) == ["png", "gp", "csv"])
        }
    }

    @Test func analysisIsReadBackAsItWas() throws {
        try Self.inDirectory { directory in
            try Self.report(PlantedAnalysis.full).write(to: directory, formats: [.json])
            let data = try Data(contentsOf: directory.appendingPathComponent("analysis.json"))
            let analysis = try JSONDecoder().decode(ScalingAnalysis.self, from: data)
            #expect(analysis.series == PlantedAnalysis.full.series)
        }
    }

    @Test func withoutGnuplotTheReportIsStillWritten() throws {
        try Self.inDirectory { directory in
            let cautions = try Self.report(PlantedAnalysis.full, gnuplot: .failure(.notFound)).write(to: directory)
            #expect(cautions.map(\.description) == [GnuplotError.notFound.description])
            #expect(try Self.text(directory, "index.html").contains("apt-get install gnuplot-nox"))
            #expect(try Self.text(directory, "README.md").contains("apt-get install gnuplot-nox"))
            #expect(try !Self.text(directory, "README.md").contains("!["), "no image that is not there")
        }
    }

    @Test func gnuplotIsLookedForOnThePath() {
        #expect(throws: GnuplotError.notFound) { try Gnuplot(searchPath: "/nowhere:/nowhere/else") }
    }

    @Test func aScriptThatFailsIsNamedWithItsMessage() throws {
        try Self.inDirectory { directory in
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data("plot 'absent.csv'\n".utf8).write(to: directory.appendingPathComponent("broken.gp"))
            let error = #expect(throws: GnuplotError.self) { try Gnuplot().draw("broken", in: directory) }
            #expect("\(try #require(error))".contains("could not draw broken"))
            #expect("\(try #require(error))".contains("absent.csv"))
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsNamed() {
        let error = #expect(throws: ReportError.self) {
            try Self.report(PlantedAnalysis.full).write(to: URL(fileURLWithPath: "/proc/none"))
        }
        #expect(error.map { "\($0)".contains("/proc/none") && "\($0)".contains("--output") } == true)
    }

    @Test func markdownIsAsReviewed() throws {
        try Self.inDirectory { directory in
            try Self.report(PlantedAnalysis.withNaive).write(to: directory, formats: [.md, .png])
            let text = try Self.text(directory, "README.md")
            #expect(text == Golden.text("report", updatingTo: text))
        }
    }

    @Test(arguments: ["time", "throughput", "roofline", "pairs", "memory", "forecast"])
    func scriptAndDataAreAsReviewed(name: String) throws {
        let figure = try #require(Self.figures(PlantedAnalysis.withNaive).first { $0.name == name })
        #expect(figure.script == Golden.text("\(name).gp", updatingTo: figure.script))
        #expect(figure.data == Golden.text("\(name).csv", updatingTo: figure.data))
    }

    /// Names of forty series stay inside the canvas, none on another.
    @Test func manySeriesKeepTheirNamesApart() throws {
        let style = SeriesStyle.styles(for: [(label: "a", kernel: "full")])["a"]!
        let traces = (0..<40).map {
            Plot.Trace(series: "series \($0)", kind: .measured, style: style, rows: [Plot.Row(1, 1), Plot.Row(2, 2)])
        }
        let plot = Plot(
            name: "many", title: "Many", method: "", notes: [], x: .linear(to: 2), y: .linear(to: 2), xLabel: "x",
            yLabel: "y", columns: ("x", "y"), traces: traces, guides: [])
        let heights = PlotScript(plot).text.matches(of: #/set label 'series \d+' at screen [\d.]+, screen (-?[\d.]+) /#)
            .compactMap { Double($0.1) }.sorted()
        #expect(heights.count == 40)
        #expect(heights.first! >= 0.02 && heights.last! <= 1)
        for (a, b) in zip(heights, heights.dropFirst()) { #expect(b - a >= 0.015) }
    }

    @Test func strongScalingIsAsReviewed() throws {
        let figure = try #require(Self.figures(PlantedAnalysis.withThreads).first { $0.name == "speedup" })
        #expect(figure.script == Golden.text("speedup.gp", updatingTo: figure.script))
        #expect(figure.data == Golden.text("speedup.csv", updatingTo: figure.data))
        let table = MarkdownTable.text(ReportTables.strongScaling(PlantedAnalysis.withThreads))
        #expect(table == Golden.text("strong-scaling", updatingTo: table))
        #expect(
            !Self.figures(PlantedAnalysis.full).contains { $0.name == "speedup" },
            "only where there is such data")
        #expect(ReportTables.strongScaling(PlantedAnalysis.full).rows.isEmpty)
    }

    @Test func htmlStandsAlone() throws {
        try Self.inDirectory { directory in
            let report = Self.report(PlantedAnalysis.full)
            try report.write(to: directory, formats: [.html])
            let text = try Self.text(directory, "index.html")
            #expect(!text.contains("http"), "no outside resource")
            #expect(HTMLNesting.problems(in: text) == [])
            let figures = Self.figures(PlantedAnalysis.full)
            #expect(text.components(separatedBy: "<img ").count == figures.count + 1)
            for figure in figures {
                #expect(text.contains("alt=\"\(HTMLDocument.escape(figure.alternativeText))\""), "\(figure.name)")
            }
            #expect(text.contains("Planted CPU &lt;4&gt;") && !text.contains("CPU <4>"))
        }
    }

    @Test func skippedCellsAreNamedWhereverTheyAreMissing() throws {
        for figure in Self.figures(PlantedAnalysis.withNaive)
        where ["time", "memory", "throughput"].contains(figure.name) {
            #expect(figure.notes.contains { $0.contains("full-naive was skipped at 11,585 and 16K") })
        }
    }
}

/// A checker of tags: each is closed by its own name, and none stays open.
enum HTMLNesting {
    static func problems(in html: String) -> [String] {
        var open: [String] = []
        var problems: [String] = []
        let withoutCode = html.replacing(#/<(style|script)>[\s\S]*?</\1>/#, with: "")
        for tag in withoutCode.matches(of: #/<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>/#) {
            let name = String(tag.2)
            if ["meta", "img", "br"].contains(name) { continue }
            if tag.1.isEmpty {
                open.append(name)
            } else if open.popLast() != name {
                problems.append("</\(name)> closes nothing")
            }
        }
        return problems + open.map { "<\($0)> stays open" }
    }

    @Test static func theCheckerSeesWhatIsWrong() {
        #expect(problems(in: "<p>a<b>c</b></p>") == [])
        #expect(problems(in: "<p><b></p></b>").count == 2)
        #expect(problems(in: "<ul><li>") == ["<ul> stays open", "<li> stays open"])
    }
}
