import Analysis
import Testing
import TestSupport

@testable import Reporting

@Suite struct HeadlinesTests {
    @Test func fourLinesSayWhatASweepFound() {
        let text = (Headlines(PlantedAnalysis.full).lines).joined(separator: "\n") + "\n"
        #expect(text == Golden.text("headlines", updatingTo: text))
        #expect(Headlines(PlantedAnalysis.full).lines.count == 4)
    }

    @Test(arguments: [80, 120])
    func linesFitTheTerminal(width: Int) {
        let text = Headlines(PlantedAnalysis.full).text(width: width)
        #expect(text == Golden.text("headlines-\(width)", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
    }

    @Test func detailsNameEverySeriesAndComparison() {
        let headlines = Headlines(PlantedAnalysis.full)
        let text = headlines.details.joined(separator: "\n") + "\n"
        #expect(text == Golden.text("details", updatingTo: text))
        for series in PlantedAnalysis.full.analysis.series {
            #expect(headlines.details.contains { $0.hasPrefix("\(series.label): ") })
        }
    }

    @Test func aDeviationIsNeverHidden() {
        #expect(Headlines(PlantedAnalysis.full).lines[1].contains("attention-sink(4+256) deviates"))
        #expect(PromptTimes.title(PlantedAnalysis.full.analysis).hasSuffix(" growth laws match theory"))
        #expect(
            PromptTimes.figure(PlantedAnalysis.full)?.method.contains("for attention-sink(4+256) (deviates)") == true)
    }

    @Test func nothingIsSaidOfWhatIsNotThere() {
        #expect(Headlines(PlantedAnalysis(kernels: [], windows: []).findings).details.isEmpty)
        #expect(Headlines(PlantedAnalysis.withNaive).lines.count == 3, "no kernel wastes pairs there")
        let others = PlantedAnalysis(
            kernels: ["full", "sliding-window", "attention-sink"], windows: [1024],
            forecastSeries: ("attention-sink(4+1024)", "full-naive"))
        #expect(Headlines(others.findings).lines.count == 2, "neither headline series has a forecast there")
    }
}
