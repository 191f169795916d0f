import Analysis
import Escaping
import Foundation
import Testing
import TestSupport

@testable import Reporting
@testable import Drawing

@Suite struct ReportTests {
    static func figures(_ findings: Findings) -> [Figure] {
        Figure.all(for: findings)
    }

    static func report(
        _ findings: Findings, gnuplot: Result<Gnuplot, GnuplotError>? = nil
    ) -> Report {
        Report(
            [ReportSource(label: "planted", results: PlantedResults.results, findings: findings)],
            figures: figures(findings),
            gnuplot: gnuplot ?? Result { () throws(GnuplotError) in try Gnuplot() })
    }

    /// Gives a directory of its own, and takes it away again.
    static func inDirectory(_ body: (URL) throws -> Void) throws {
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

    @Test func aTitleOfOnesOwnStandsEverywhere() throws {
        try Self.inDirectory { directory in
            let report = Report(
                [ReportSource(label: "planted", results: PlantedResults.results, findings: PlantedAnalysis.full)],
                title: "What <I> found", figures: [], gnuplot: Result { () throws(GnuplotError) in try Gnuplot() })
            try report.write(to: directory, formats: [.html, .md, .tex])
            #expect(try Self.text(directory, "README.md").hasPrefix("# What "))
            for name in ["README.md", "index.html", "report.tex"] {
                let text = try Self.text(directory, name)
                #expect(text.contains("found") && !text.contains("What attention costs"), "\(name)")
            }
            #expect(try Self.text(directory, "index.html").contains("<title>What &lt;I&gt; found</title>"))
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

    /// Asked for again in another format, a report in the same place keeps what it has.
    @Test func otherFormatsInPlaceAreKept() throws {
        try Self.inDirectory { directory in
            let report = Self.report(PlantedAnalysis.withNaive)
            try report.write(to: directory, formats: [.svg, .png])
            let svg = directory.appendingPathComponent("figures/time.svg")
            let before = try Data(contentsOf: svg)
            try report.write(to: directory, formats: [.pdf, .html])
            #expect(try Data(contentsOf: svg) == before)
            for format in ["png", "pdf"] {
                #expect(FileManager.default.fileExists(atPath: directory.path + "/figures/time.\(format)"))
            }
        }
    }

    /// Script and data alone, in another place, by nothing but gnuplot.
    @Test func aScriptRedrawsItsFigureAlone() throws {
        try Self.inDirectory { directory in
            try Self.report(PlantedAnalysis.withNaive).write(to: directory, formats: [.svg, .png, .pdf])
            let copy = directory.appendingPathComponent("copy")
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            for figure in Self.figures(PlantedAnalysis.withNaive) {
                for format in ["gp", "csv"] {
                    try FileManager.default.copyItem(
                        at: directory.appendingPathComponent("figures/\(figure.name).\(format)"),
                        to: copy.appendingPathComponent("\(figure.name).\(format)"))
                }
                let process = Process()
                process.executableURL = try Gnuplot().executable
                process.arguments = ["\(figure.name).gp"]
                process.currentDirectoryURL = copy
                try process.run()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
                #expect(
                    try Data(contentsOf: copy.appendingPathComponent("\(figure.name).svg"))
                        == Data(contentsOf: directory.appendingPathComponent("figures/\(figure.name).svg")))
                for format in ["png", "pdf"] {
                    let bytes = try Data(contentsOf: copy.appendingPathComponent("\(figure.name).\(format)"))
                    #expect(bytes.count > 500)
                }
            }
        }
    }

    @Test func figuresOfOneColumnHaveNoHeading() throws {
        let page = try #require(Self.figures(PlantedAnalysis.withNaive).first { $0.name == "time" })
        let plot = try #require(PromptTimes.figure(PlantedAnalysis.withNaive))
        let column = Figure(plot, width: .column)
        #expect(page.drawing.width == 720 && column.drawing.width == 336)
        #expect(page.script.contains("Bold") && !column.script.contains("Bold"))
        #expect(column.script.contains("set terminal pdfcairo size 3.5in"))
        #expect(column.script.contains("set terminal pngcairo size 1050,"), "300 dots an inch")
        #expect(column.data == page.data)
    }

    /// Each mark has its numbers where it is drawn.
    @Test func marksTellTheirNumbers() throws {
        let figure = try #require(Self.figures(PlantedAnalysis.withNaive).first { $0.name == "time" })
        let first = try #require(figure.drawing.points.first { $0.text.hasPrefix("full at 512 tokens: ") })
        #expect(first.text == "full at 512 tokens: 622 µs [615, 632]")
        #expect(
            figure.drawing.points.count {
                $0.text.contains("not measured: it needs more than the 512 MiB that are free")
            } == 2)
        for point in figure.drawing.points {
            #expect((0...figure.drawing.width).contains(point.x) && (0...figure.drawing.height).contains(point.y))
        }
    }

    @Test func analysisIsReadBackAsItWas() throws {
        try Self.inDirectory { directory in
            try Self.report(PlantedAnalysis.full).write(to: directory, formats: [.json])
            let data = try Data(contentsOf: directory.appendingPathComponent("analysis.json"))
            let again = try JSONDecoder().decode(Findings.self, from: data)
            #expect(again.analysis.series == PlantedAnalysis.full.analysis.series)
            #expect(again[Crossovers.self] == PlantedAnalysis.full[Crossovers.self])
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

    /// Neither it nor anything that it started is left, and the report has its tables.
    @Test func aGnuplotThatHangsIsEndedOnce() throws {
        try Self.inDirectory { directory in
            let program = directory.appendingPathComponent("bin/gnuplot")
            try FileManager.default.createDirectory(
                at: program.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("#!/bin/sh\nsleep 1000 &\necho $$ $! >> \"$0.starts\"\nwait\n".utf8).write(to: program)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
            let gnuplot = try Gnuplot(
                searchPath: program.deletingLastPathComponent().path, patienceSeconds: 0.2)
            let report = directory.appendingPathComponent("report")
            let cautions = try Self.report(PlantedAnalysis.full, gnuplot: .success(gnuplot)).write(to: report)
            #expect(cautions.count == 1)
            #expect(cautions.first?.description.contains("in 0.2 s and was ended, so neither this figure") == true)
            #expect(try Self.text(report, "index.html").contains("was ended, so neither"))
            let starts = try String(contentsOf: program.appendingPathExtension("starts"), encoding: .utf8)
            let processes = starts.split(whereSeparator: \.isWhitespace)
            #expect(processes.count == 2, "it was started once")
            for process in processes {
                // Where nobody reaps orphans, a dead one stays as a zombie.
                let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
                #expect(status?.contains(") Z ") != false, "\(process) is alive: \(status ?? "")")
            }
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
        let style = SeriesStyle.styles(for: [(label: "a", family: "full")])["a"]!
        let traces = (0..<40).map {
            Plot.Trace(
                series: "series \($0)", kind: .measured, style: style,
                rows: [Plot.Row(x: 1, y: 1), Plot.Row(x: 2, y: 2)])
        }
        let plot = Plot(
            name: "many", title: "Many", method: "", notes: [], x: .linear(to: 2), y: .linear(to: 2), xLabel: "x",
            yLabel: "y", columns: ("x", "y"), traces: traces, guides: [])
        let script = PlotScript(plot).text
        let lines = script.split(separator: "\n")
        let block = try #require(lines.firstIndex(of: "$texts << END_OF_TEXTS"))
        let names = script.matches(of: #/set label \$texts\[(\d+)\] at screen [\d.]+, screen (-?[\d.]+) /#)
            .filter { lines[block + Int($0.1)!].hasPrefix("series ") }
        let heights = names.compactMap { Double($0.2) }.sorted()
        #expect(heights.count == 40)
        #expect(heights.first! >= 0.02 && heights.last! <= 1)
        for (a, b) in zip(heights, heights.dropFirst()) { #expect(b - a >= 0.015) }
    }

    @Test func strongScalingIsAsReviewed() throws {
        let figure = try #require(Self.figures(PlantedAnalysis.withThreads).first { $0.name == "speedup" })
        #expect(figure.script == Golden.text("speedup.gp", updatingTo: figure.script))
        #expect(figure.data == Golden.text("speedup.csv", updatingTo: figure.data))
        let table = MarkdownTable.text(ThreadScaling.table(PlantedAnalysis.withThreads[ThreadScaling.self]))
        #expect(table == Golden.text("strong-scaling", updatingTo: table))
        #expect(
            !Self.figures(PlantedAnalysis.full).contains { $0.name == "speedup" },
            "only where there is such data")
        #expect(ThreadScaling.table(PlantedAnalysis.full[ThreadScaling.self]).rows.isEmpty)
    }

    @Test func htmlStandsAlone() throws {
        try Self.inDirectory { directory in
            let report = Self.report(PlantedAnalysis.full)
            try report.write(to: directory, formats: [.html])
            let text = try Self.text(directory, "index.html")
            #expect(!text.contains("http:") && !text.contains("https:"), "no outside resource")
            #expect(HTMLNesting.problems(in: text) == [])
            let figures = Self.figures(PlantedAnalysis.full)
            #expect(text.components(separatedBy: "<img ").count == 2 * figures.count + 1, "wide and narrow")
            for figure in figures {
                #expect(text.contains("alt=\"\(HTML.escaped(figure.alternativeText))\""), "\(figure.name)")
            }
            #expect(text.contains("Planted CPU &lt;4&gt;") && !text.contains("CPU <4>"))
        }
    }

    /// In a table of the report; a figure shows a cross.
    @Test func skippedCellsAreToldOnce() throws {
        let absent = PlantedAnalysis.withNaive.analysis.absent
        let table = AbsentCells.table(absent)
        #expect(table.rows.map { Array($0.prefix(3)) } == [["full-naive", "11,585 and 16K", "skipped"]])
        try Self.inDirectory { directory in
            try Self.report(PlantedAnalysis.withNaive).write(to: directory, formats: [.html, .md])
            for name in ["index.html", "README.md"] {
                let page = try Self.text(directory, name)
                #expect(page.components(separatedBy: "11,585 and 16K").count == 2, "\(name)")
            }
        }
        for figure in Self.figures(PlantedAnalysis.withNaive) where ["time", "memory"].contains(figure.name) {
            #expect(figure.notes == [AbsentCells.crosses])
        }
    }

    /// A drawing of a page's width says its title; a caption that says it again is left out.
    @Test func captionsDoNotRepeatTitles() throws {
        let figure = try #require(Self.figures(PlantedAnalysis.full).first)
        let document = Document(title: "", subtitle: "", blocks: [.figure(figure, drawn: [.png])])
        #expect(MarkdownDocument.text(document).components(separatedBy: figure.title).count == 2, "as alternative text")
        let column = try #require(Figure.all(for: PlantedAnalysis.full, width: .column).first)
        let narrow = Document(title: "", subtitle: "", blocks: [.figure(column, drawn: [.png])])
        #expect(MarkdownDocument.text(narrow).contains("*\(column.caption)*"))
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
            if ["meta", "img", "br"].contains(name) || tag.0.hasSuffix("/>") { continue }
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
