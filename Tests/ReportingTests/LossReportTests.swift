import Analysis
import Attention
import Drawing
import Records
import TestSupport
import Testing

@testable import Reporting

/// What a report says of losses.
@Suite struct LossReportTests {
    private let findings = Findings(
        ScalingAnalysis(
            results: Results(header: PlantedResults.header, measurements: PlantedLoss.measurements, cacheQuality: [])))

    @Test func tablesAndSentencesAreAsReviewed() {
        let losses = findings.only(.loss)
        let tables = [
            PromptTimes.summary(losses), LossMemory.table(findings[LossMemory.self]),
            Throughput.cells(losses.analysis),
        ]
        let headlines = Headlines(findings)
        let text =
            tables.map { TerminalTable.text($0, width: 120) }.joined(separator: "\n") + "\n"
            + (headlines.lines + headlines.details).joined(separator: "\n") + "\n"
        #expect(text == Golden.text("loss", updatingTo: text))
    }

    @Test(arguments: ["loss-time", "loss-memory"]) func figuresAreAsReviewed(name: String) throws {
        let figure = try #require(Figure.all(for: findings).first { $0.name == name })
        #expect(figure.drawing.script == Golden.text("\(name).gp", updatingTo: figure.drawing.script))
        #expect(figure.data == Golden.text("\(name).csv", updatingTo: figure.data))
    }

    /// Nothing in it counts tokens where words are meant.
    @Test func figuresCountWords() {
        for figure in Figure.all(for: findings) where figure.name.hasPrefix("loss") {
            #expect(figure.data.contains("words") && !figure.data.contains("tokens"), "\(figure.name)")
        }
    }

    /// Words of a loss are no length of a text: beside prompts, both stand in their own tables.
    @Test func lossesStandApart() {
        let captions = findings.summaries.map(\.caption)
        #expect(captions == ["Growth and cost of losses and their gradients"])
        #expect(PromptTimes.summary(findings.only(.prefill)).rows.isEmpty)
    }
}
