import Analysis
import Attention
import Escaping
import Foundation
import Records
import Testing
import TestSupport

@testable import Reporting

@Suite struct ExportTests {
    private static let source = ReportSource(
        label: "planted", results: PlantedResults.results, findings: PlantedAnalysis.withNaive)

    @Test func cellsAreTidy() throws {
        let table = TidyTable.cells(of: [Self.source])
        #expect(table.rows.count == 11 + 9 + 12 + 2, "full, full-naive, sliding-window, two skipped")
        let lines = table.csv.split(separator: "\n")
        #expect(lines.count == table.rows.count + 1)
        #expect(lines[0].hasPrefix("results,series,kernel,weighting,mask,windowTokens,"))
        let skipped = try #require(lines.first { $0.contains("skipped") })
        #expect(
            skipped.hasPrefix(
                "planted,full-naive,full-naive,softmax,causal,,,,,,plain,1,1,1,64,64,float32,1,1,11585,11585,skipped,"))
        let objects = try #require(try JSONSerialization.jsonObject(with: Data(table.json.utf8)) as? [[String: Any]])
        #expect(objects.count == table.rows.count)
        #expect(objects.allSatisfy { Set($0.keys) == Set(table.columns) })
        #expect(
            objects[0]["medianNanoseconds"] as? Double
                == PlantedAnalysis.withNaive.analysis.series[0].points[0].median.value)
        #expect(objects[0]["windowTokens"] is NSNull)
    }

    @Test func fieldsAreQuotedWhereTheyMust() {
        let table = TidyTable(
            columns: ["a", "b"], rows: [[.text("say \"x, y\""), .missing], [.number(0.1), .flag(true)]])
        #expect(table.csv == "a,b\n\"say \"\"x, y\"\"\",\n0.1,true\n")
        #expect(table.json == "[\n{\"a\":\"say \\\"x, y\\\"\",\"b\":null},\n{\"a\":0.1,\"b\":true}\n]\n")
    }

    @Test func samplesAreTimesOfOneCall() throws {
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        let moved = Contamination(
            migrated: true, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        let problem = try AttentionProblem(
            shape: AttentionShape(
                batch: 1, queryHeads: 1, keyValueHeads: 1, queryLength: 512, keyLength: 512, headDimension: 64),
            mask: .causal, elementType: .float32)
        let measurement = Measurement(
            workload: Workload(kernel: "full", phase: .prefill, problem: problem, threads: 1), origin: .planted("full"),
            launch: 2,
            work: Work(.prefill, problem: problem, computedPairs: 1), scratchBytes: 0,
            outcome: .measured(
                .init(
                    samplesNanoseconds: [4000, 5000], rounds: [7, 9], iterationsPerSample: 4,
                    contamination: [quiet, moved], peakResidentBytes: 0, maximumError: 0)))
        let source = ReportSource(
            label: "planted", results: Results(header: PlantedResults.header, measurements: [measurement]),
            findings: PlantedAnalysis.full)
        #expect(
            TidyTable.samples(of: [source]).csv == """
                results,series,queryTokens,keyTokens,launch,round,callsInSample,callNanoseconds,contaminated
                planted,full,512,512,2,7,4,1000.0,false
                planted,full,512,512,2,9,4,1250.0,true

                """)
    }

    @Test func laTeXIsAsReviewed() throws {
        let text = LaTeXDocument.text(Self.document())
        #expect(text == Golden.text("report.tex", updatingTo: text))
        #expect(text.unicodeScalars.allSatisfy { $0.value < 0x180 })
        for environment in ["longtable", "figure"] {
            let opened = text.components(separatedBy: "\\begin{\(environment)}").count
            #expect(opened > 1 && opened == text.components(separatedBy: "\\end{\(environment)}").count)
        }
    }

    @Test func signsAreWrittenForLaTeX() {
        #expect(
            LaTeX.escaped("50 % of a_b & {c} #1 $2 ^ ~ \\")
                == ##"50 \% of a\_b \& \{c\} \#1 \$2 \textasciicircum{} \textasciitilde{} \textbackslash{}"##)
        #expect(LaTeX.escaped("2.0× ± 3 µs é 語") == #"2.0$\times$ $\pm$ 3 $\mu$s é ?"#)
    }

    private static let laTeX = ["/usr/bin/pdflatex", "/usr/local/bin/pdflatex"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: laTeX != nil, "no LaTeX is installed: scripts/setup --latex"))
    func laTeXCompiles() throws {
        try ReportTests.inDirectory { directory in
            try ReportTests.report(PlantedAnalysis.withNaive).write(to: directory, formats: [.tex, .pdf])
            let paper = """
                \\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs,longtable,graphicx}
                \\begin{document}\\input{report}\\end{document}
                """
            try Data(paper.utf8).write(to: directory.appendingPathComponent("paper.tex"))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try #require(Self.laTeX))
            process.arguments = ["-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
            process.currentDirectoryURL = directory
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            let log = try Data(contentsOf: directory.appendingPathComponent("paper.log"))
            #expect(process.terminationStatus == 0, "\(String(decoding: log, as: UTF8.self).suffix(1500))")
            #expect(FileManager.default.fileExists(atPath: directory.appendingPathComponent("paper.pdf").path))
        }
    }

    private static func document() -> Document {
        let figures = ReportTests.figures(PlantedAnalysis.withNaive)
        return Document(
            source, figures: figures.map { ($0, [.pdf]) }, cautions: [], formats: [.tex, .pdf])
    }
}
