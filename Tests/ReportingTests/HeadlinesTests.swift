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
        #expect(
            PromptTimes.title(PlantedAnalysis.full.analysis)
                == "Of 7 growth laws 6 match theory and 1 deviates from theory")
        #expect(
            PromptTimes.figure(PlantedAnalysis.full)?.method.contains("for attention-sink(4+256) (deviates)") == true)
    }

    /// An interval that is too wide is no deviation.
    @Test(
        arguments: [
            (
                [.matches, .matches, .deviates, .undecided, .undecided],
                "Of 5 growth laws 2 match theory, 1 deviates from theory and 2 are undecided"
            ),
            ([.undecided, .undecided], "All 2 growth laws are undecided"),
            ([.deviates], "The growth law deviates from theory"),
            ([.matches, .undecided], "Of 2 growth laws 1 matches theory and 1 is undecided"),
        ] as [([TheoryVerdict], String)])
    func undecidedLawsAreNotCountedAsDeviations(verdicts: [TheoryVerdict], sentence: String) {
        #expect(LawTally(verdicts).sentence() == sentence)
        #expect(LawTally(verdicts).sentence(owner: " of losses") != sentence)
    }

    @Test func lawsThatAreNotNamedAreCounted() {
        #expect(LawTally([]).more == nil)
        #expect(
            LawTally([.undecided, .deviates, .undecided]).more == "1 more deviates from theory and 2 more are undecided"
        )
    }

    /// A run that was disturbed says so where it says what it found.
    @Test(arguments: [
        (0.83, 0, nil), (0.634, 0, "63 % of the run; samples of the rest were left out."),
        (0.3, 7, "30 % of the run; too few samples to leave out the rest."),
        (
            0.5, 2,
            "50 % of the run; samples of the rest were left out, except in 2 of 7 cells that would have kept too few samples."
        ),
    ])
    func theShareOfQuietTimeIsToldWhereItIsSmall(share: Double, whole: Int, end: String?) {
        let findings = PlantedAnalysis(
            kernels: ["full"], windows: [], quietTime: ["share": share, "cellsUsedWhole": whole, "cells": 7]
        ).findings
        let told = Headlines(findings).lines.filter { $0.hasPrefix("The machine was at full speed for ") }
        #expect(told == (end.map { ["The machine was at full speed for " + $0] } ?? []))
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
