import Statistics
import TestSupport
import Testing

@testable import Analysis
@testable import Reporting

@Suite struct ComparisonTablesTests {
    @Test(arguments: [("regressed", true, false), ("guard-failed", false, true)])
    func saysEverythingInEightyColumns(name: String, guardPasses: Bool, shapePasses: Bool) {
        let comparison = PlantedComparison.comparison(guardPasses: guardPasses, shapePasses: shapePasses)
        let text = ComparisonTables.text(comparison, columns: 80)
        #expect(text == Golden.text("comparison-\(name)", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func thePassIsOneSentence() {
        #expect(
            ComparisonTables.verdict(PlantedComparison.passing)
                == "PASS: of 1 cells 1 within ±5 %; 1 cell is not compared, since the baseline has no time; a slowdown of "
                + "6.1 % would have been seen in any cell (18 s).")
    }

    @Test func cellsThatLackForOneReasonAreCounted() {
        let uncompared = [512, 1024, 2048].map {
            UncomparedCell(
                workload: PlantedComparison.workload("full", .causal, $0), cause: .noBaseline,
                reason: "not in the baseline")
        }
        let text = ComparisonTables.text(PlantedComparison.comparison(uncompared: uncompared), columns: 80)
        #expect(text.contains("\nfull 512 and 2 other cells are not compared: not in the baseline\n"))
    }

    @Test func cellsThatAreWrongOrMissingAreNamed() {
        let text = ComparisonTables.text(PlantedComparison.incomplete(wrong: true), columns: 200)
        #expect(
            text.contains("\nWRONG  attention-sink(4+256) 2K: its result in the candidate is wrong: differs"))
        #expect(text.contains("\nMISSING  full 4K, full 8K: skipped in the candidate: no time\n"))
        #expect(
            text.hasSuffix(
                "\nWRONG: of 1 cells 1 within ±5 %; 1 cell is wrong in the candidate; 2 cells are in the baseline and missing "
                    + "in the candidate (18 s).\n"))
    }

    @Test func selfTestsFitToo() {
        func power(_ planted: Double, found: Int) -> SelfTest.Power {
            let share = BinomialProportion(successes: found, trials: 40)
            return SelfTest.Power(
                planted: planted, cells: 40, measured: planted + 0.001, regressed: share, found: share.estimate(),
                inconclusive: (40 - found) / 2, passed: 40 - found - (40 - found) / 2)
        }
        let header = PlantedResults.header
        let test = SelfTest(
            schema: SelfTest.currentSchema, sweep: "gate", delta: 0.05, machine: header.machine, build: header.build,
            seed: 1, seconds: 1200, quietRuns: 50, falselyRegressedRuns: 0, falselyImprovedRuns: 1, inconclusiveRuns: 3,
            falseAlarms: BinomialProportion(successes: 0, trials: 50).estimate(), unplantedCells: 950,
            falselyRegressedCells: 0,
            power: [
                power(0.03, found: 0), power(0.05, found: 1), power(0.07, found: 37), power(0.10, found: 40),
                power(0.20, found: 40),
            ], smallestVisibleSlowdown: 0.0594, longestRunSeconds: 17.2)
        let text = SelfTestTables.text(test, columns: 80)
        #expect(text == Golden.text("selftest", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func layoutsStandSideBySide() {
        let comparisons = [
            PlantedComparison.passing, PlantedComparison.comparison(cells: PlantedComparison.passing.cells),
        ]
        let text = LayoutTable.text(comparisons, columns: 80)
        #expect(text == Golden.text("layouts", updatingTo: text))
    }
}
