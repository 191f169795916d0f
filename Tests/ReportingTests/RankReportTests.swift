import Analysis
import Attention
import Foundation
import Records
import TestSupport
import Testing

@testable import Drawing
@testable import Reporting

/// The report of ranks, on planted times: 2 ns a pair, α = 10 µs, β = 1 GB/s, and a copy of 0.2 ns a byte.
@Suite struct RankReportTests {
    static func source(ranks: Int) -> ReportSource {
        var planted = PlantedRanks()
        planted.ranks = ranks
        planted.link = RankLink(latencySeconds: 10e-6, secondsPerByte: 1e-9, copySecondsPerByte: 0.2e-9)
        planted.overlap = 0.9
        planted.hasTimeline = true
        let results = Results(
            header: PlantedResults.header, measurements: planted.sweep([1024, 2048, 4096, 8192, 16_384]))
        return ReportSource(label: "P\(ranks)", results: results)
    }

    private static let two = source(ranks: 2)

    private static func plot(_ name: String) throws -> Plot {
        try #require(two.findings.plots().first { $0.name == name }, "\(name)")
    }

    @Test(arguments: ["rank-speedup", "rank-weak-scaling", "rank-timeline", "rank-bytes"])
    func figuresAreAsReviewed(name: String) throws {
        let figure = Figure(try Self.plot(name))
        #expect(figure.script == Golden.text("\(name).gp", updatingTo: figure.script))
        #expect(figure.data == Golden.text("\(name).csv", updatingTo: figure.data))
    }

    @Test(arguments: [80, 120]) func tablesFitTheTerminal(width: Int) {
        let blocks = Self.two.findings.blocks(in: .ranks)
        let tables = blocks.compactMap { if case .table(let caption, let table) = $0 { (caption, table) } else { nil } }
        #expect(tables.count == 4)
        let text = tables.map { $0 + "\n" + TerminalTable.text($1, width: width) }.joined(separator: "\n")
        #expect(text == Golden.text("ranks-\(width)", updatingTo: text))
        #expect(
            tables.allSatisfy {
                TerminalTable.text($1, width: width).split(separator: "\n").allSatisfy { $0.count <= width }
            })
        let summary = Self.two.findings.summaries.first { $0.caption.hasPrefix("Several ranks") }
        #expect(summary?.table.rows.count == 6)
    }

    @Test func theHeadSaysWhatRanksGain() {
        let sentences = Self.two.findings.sentences(about: .prefill)
        #expect(
            sentences.contains { $0.hasPrefix("On 2 ranks, ring-zigzag is ") && $0.contains("as fast as one rank") })
        #expect(sentences.contains { $0.contains("ring-zigzag on 2 ranks hides its transfers from") })
    }

    /// Results on two and on four ranks stand in one table and one figure.
    @Test func severalResultsAreOneCurve() throws {
        let sources = [Self.two, Self.source(ranks: 4)]
        let merged = Findings(merging: sources.map { ($0.label, $0.findings) })
        let plot = try #require(RankScaling.figure(merged))
        let heads = try #require(plot.traces.first { $0.series == "heads" && $0.kind == .measured })
        #expect(heads.rows.map(\.x) == [2, 4])
        for trace in plot.traces where trace.kind == .measured {
            let model = plot.traces.filter { $0.series == trace.series && $0.kind == .theory }.flatMap(\.rows)
            for row in trace.rows {
                let theory = try #require(model.first { $0.x == row.x })
                #expect(abs(row.y / theory.y - 1) < 0.1, "\(trace.series) on \(row.x)")
            }
        }
        let weak = try #require(RankWeakScaling.figure(merged))
        #expect(Set(weak.traces.map(\.series)).contains { $0.contains("4") })
        let document = Document(overlaying: sources, figures: [], cautions: [], formats: [.md])
        #expect(MarkdownDocument.text(document).contains("Strong scaling: one problem on several ranks"))
    }

    @Test func aReportOfOneRankHasNoSectionOfRanks() {
        #expect(PlantedAnalysis.full.blocks(in: .ranks).isEmpty)
        #expect(!PlantedAnalysis.full.plots().contains { $0.name.hasPrefix("rank-") })
    }

    /// What a file of the analysis says is read again.
    @Test func theAnalysisKeepsTheCells() throws {
        let data = try JSONEncoder().encode(Self.two.findings)
        let read = try JSONDecoder().decode(Findings.self, from: data)
        #expect(read[RankScaling.self] == Self.two.findings[RankScaling.self])
        #expect(read[RingHiding.self] == Self.two.findings[RingHiding.self])
        #expect(read.analysis.series.contains { $0.points.last?.ranks?.timeline != nil })
    }

    @Test func aCommandOfRanksIsOne() {
        let header = PlantedResults.header
        #expect(Document.howToRepeat(header.command) == .command(header.command))
        let line = "mpirun -n 2 attnbench run ranks --seed 1"
        #expect(Document.howToRepeat(line) == .command(line))
        #expect(Document.howToRepeat("mpirun -n 2 rm attnbench") != .command("mpirun -n 2 rm attnbench"))
    }
}
