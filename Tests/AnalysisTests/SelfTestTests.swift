import Benchmarking
import Statistics
import Testing

@testable import Analysis

@Suite struct SelfTestTests {
    private let cells = PlantedBlocks.workloads

    @Test func everyOtherRunPlantsNothing() {
        let plan = SelfTestPlan(cells, seed: 3)
        for run in 0..<20 { #expect(plan.planted(run: run).isEmpty == run.isMultiple(of: 2)) }
    }

    @Test func levelsComeEquallyOftenOverChangingCells() {
        let plan = SelfTestPlan(cells, seed: 3)
        let planted = (0..<40).flatMap { plan.planted(run: $0) }
        let counts = Dictionary(grouping: planted) { $0.value }.mapValues(\.count)
        #expect(counts == [0.03: 16, 0.05: 16, 0.07: 16, 0.10: 16, 0.20: 16])
        #expect(Set(planted.map(\.key)).count == cells.count)
        #expect(plan.planted(run: 1) == SelfTestPlan(cells, seed: 3).planted(run: 1))
        #expect(plan.planted(run: 1) != SelfTestPlan(cells, seed: 4).planted(run: 1))
    }

    /// Never so many that half of the cells move.
    @Test(arguments: 1...12) func mostCellsAreLeftAlone(count: Int) {
        let plan = SelfTestPlan(Array(cells.prefix(count)), seed: 1)
        for run in 0..<10 { #expect(2 * plan.planted(run: run).count < count) }
    }

    private func cell(_ index: Int, _ verdict: CellVerdict, ratio: Double = 1) -> CellComparison {
        CellComparison(
            workload: cells[index], verdict: verdict,
            ratio: Estimate(value: ratio, low: ratio - 0.01, high: ratio + 0.01, level: 0.95),
            smallestVisibleSlowdown: 0.06, launches: 3, baselineNanoseconds: 1, candidateNanoseconds: 1)
    }

    @Test func countsWhatWasSaid() {
        var tally = SelfTestTally()
        func add(_ planted: [Int: Double], _ cells: [CellComparison], _ verdict: ComparisonVerdict, guards: Bool = true)
        {
            tally.add(
                SelfTestTally.Run(
                    planted: Dictionary(uniqueKeysWithValues: planted.map { (self.cells[$0.key], $0.value) }),
                    cells: cells, verdict: verdict, guardsPassed: guards, seconds: 10))
        }
        add([:], [cell(0, .pass), cell(1, .pass)], .pass)
        add([:], [cell(0, .regressed), cell(1, .pass)], .regressed)
        add([:], [cell(0, .regressed), cell(1, .pass)], .inconclusive, guards: false)
        add([:], [cell(0, .improved), cell(1, .pass)], .improved)
        add([0: 0.1], [cell(0, .regressed, ratio: 1.1), cell(1, .pass)], .regressed)
        add([0: 0.1], [cell(0, .inconclusive, ratio: 1.08), cell(1, .regressed)], .regressed)
        add([0: 0.1], [cell(0, .regressed, ratio: 1.12), cell(1, .pass)], .inconclusive, guards: false)
        add([0: 0.03], [cell(0, .pass, ratio: 1.03), cell(1, .pass)], .pass)

        let comparison = PlantedComparison.regressed
        let result = tally.result(
            of: .init(
                sweep: "planted", delta: 0.05, machine: comparison.machine, build: PlantedComparison.build("old"),
                seed: 1),
            seconds: 80)
        #expect(result.quietRuns == 4)
        #expect(result.falselyRegressedRuns == 1)
        #expect(result.falselyImprovedRuns == 1)
        #expect(result.inconclusiveRuns == 1)
        #expect(result.unplantedCells == 12)
        #expect(result.falselyRegressedCells == 2)
        #expect(result.power.map(\.planted) == [0.03, 0.10])
        let ten = result.power[1]
        #expect([ten.cells, ten.regressed.successes, ten.inconclusive, ten.passed] == [3, 1, 2, 0])
        #expect(abs(ten.measured - 0.1) < 1e-12)
        #expect(result.power[0].passed == 1)
        #expect(result.smallestVisibleSlowdown == 0.06)
        #expect(result.longestRunSeconds == 10)
    }
}
