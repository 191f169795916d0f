import Attention
import Foundation
import Statistics
import Testing

@testable import Analysis

@Suite struct GateDecisionTests {
    private let cells = PlantedBlocks.workloads

    @Test func theSameBuildPasses() throws {
        let decision = try PlantedBlocks().decision()
        #expect(decision.verdict == .pass)
        #expect(decision.cells.map(\.workload) == cells)
        #expect(decision.guards.map(\.name) == ComparisonGuard.Name.allCases)
        #expect(decision.guards.allSatisfy { $0.passed })
        #expect(decision.failedShape.isEmpty)
        #expect(decision.cautions.isEmpty)
    }

    @Test func aSlowCellIsFoundAndNamed() throws {
        let decision = try PlantedBlocks(candidate: [cells[3]: 0.10]).decision()
        #expect(decision.verdict == .regressed)
        #expect(decision.cells.filter { $0.verdict == .regressed }.map(\.workload) == [cells[3]])
        let cell = decision.cells[3]
        #expect(cell.ratio.contains(1.10))
        #expect(cell.ratio.low > 1.05)
        #expect(cell.launches == 10)
        #expect(cell.smallestVisibleSlowdown! > 0.05 && cell.smallestVisibleSlowdown! < 0.07)
        // What was never in doubt was measured in the screen alone.
        #expect(decision.cells[0].launches == 3)
    }

    @Test func aFastCellIsAnImprovement() throws {
        let decision = try PlantedBlocks(candidate: [cells[3]: -0.10]).decision()
        #expect(decision[cells[3]] == .improved)
        #expect(decision.verdict == .improved)
    }

    /// A change as large as the tolerance is neither denied nor affirmed.
    @Test func aChangeAtTheToleranceIsOpen() throws {
        let decision = try PlantedBlocks(candidate: [cells[3]: 0.05], processNoise: 0.01).decision()
        #expect(decision[cells[3]] == .inconclusive)
        #expect(decision.verdict == .inconclusive)
    }

    @Test func aNarrowerToleranceFindsSmallerChanges() throws {
        let planted = PlantedBlocks(candidate: [cells[3]: 0.04])
        #expect(try planted.decision(delta: 0.05)[cells[3]] == .pass)
        #expect(try planted.decision(delta: 0.02)[cells[3]] == .regressed)
    }

    /// The second process of the baseline is as slow as the candidate: that is the machine, not the change.
    @Test func aCellThatMovesAgainstItselfIsNeverRed() throws {
        let decision = try PlantedBlocks(candidate: [cells[3]: 0.15], control: [cells[3]: 0.15]).decision()
        #expect(decision[cells[3]] == .inconclusive)
        #expect(decision.cells[3].findings.contains { $0.description.contains("differs from itself") })
    }

    @Test func aFrozenLoopThatMovesOpensTheRun() throws {
        let decision = try PlantedBlocks(candidate: [cells[3]: 0.2], frozenLoop: 0.2).decision()
        #expect(decision[ComparisonGuard.Name.frozenLoop] == false)
        #expect(decision[ComparisonGuard.Name.baselineAgainstItself])
        #expect(decision.verdict == .inconclusive)
    }

    @Test func aBaselineThatMovesAgainstItselfOpensTheRun() throws {
        let control = Dictionary(uniqueKeysWithValues: cells.map { ($0, 0.2) })
        let decision = try PlantedBlocks(candidate: [cells[3]: 0.3], control: control).decision()
        #expect(decision[ComparisonGuard.Name.baselineAgainstItself] == false)
        #expect(decision.verdict == .inconclusive)
    }

    @Test func aShiftOfEverythingOpensTheRun() throws {
        let decision = try PlantedBlocks(common: 0.1).decision()
        #expect(decision[ComparisonGuard.Name.medianOverCells] == false)
        #expect(decision.verdict == .inconclusive)
    }

    /// The median over two cells moves where one of them does.
    @Test func aRegressionOfOneCellOfTwoIsOne() throws {
        let two = Array(PlantedBlocks.workloads.prefix(2))
        let planted = PlantedBlocks(candidate: [two[0]: 0.3])
        let evidence = try Gate(two, policy: GatePolicy(delta: 0.05), seed: 1).run { (planted.block($0), 1) }
        let decision = GateDecision(evidence, policy: GatePolicy(delta: 0.05))
        #expect(decision.guards.map(\.name) == [.baselineAgainstItself, .frozenLoop])
        #expect(decision.verdict == .regressed)
    }

    /// An engine may have one kernel, or several over one inner loop: there a shift of everything is a regression.
    @Test func aShiftOfEverythingIsARegressionOfAnEngine() throws {
        var policy = GatePolicy(delta: 0.05)
        policy.doubtsCommonMoves = false
        let planted = PlantedBlocks(common: 0.1)
        let evidence = try Gate(PlantedBlocks.workloads, policy: policy, seed: 1).run { (planted.block($0), 1) }
        let decision = GateDecision(evidence, policy: policy)
        #expect(decision.guards.map(\.name) == [.baselineAgainstItself, .frozenLoop])
        #expect(decision.verdict == .regressed)
    }

    @Test func disturbedVisitsDoNotMove() throws {
        let decision = try PlantedBlocks(disturbed: 0.1).decision()
        #expect(decision.verdict == .pass)
        #expect(decision.cautions.isEmpty)
    }

    @Test func aMachineThatDisturbsMostVisitsIsNeverRed() throws {
        let decision = try PlantedBlocks(disturbed: 0.5).decision()
        #expect(decision.verdict == .inconclusive)
        #expect(decision.cautions.contains { $0.description.contains("disturbed") })
    }

    /// Nothing differs, at twice the noise of a shared machine: the gate is not red, whatever the seed.
    @Test func falseAlarmsAreRare() throws {
        var (red, open) = (0, 0)
        for seed in 0..<100 {
            let planted = PlantedBlocks(processNoise: 0.015, visitNoise: 0.04)
            let verdict = try planted.decision(seed: UInt64(seed) << 40).verdict
            if verdict == .regressed { red += 1 }
            if verdict == .inconclusive { open += 1 }
        }
        #expect(red == 0)
        #expect(open <= 10)
    }

    /// Slowdowns among twelve cells, five at a time: what the gate promises for this noise it keeps.
    @Test(arguments: [(0.03, 0...0), (0.07, 90...100), (0.10, 99...100), (0.20, 100...100)])
    func slowdownsAreFoundAsOftenAsPromised(level: Double, expected: ClosedRange<Int>) throws {
        var found = 0
        for seed in 0..<20 {
            let slow = Dictionary(uniqueKeysWithValues: (0..<5).map { (cells[($0 * 2 + seed) % 12], level) })
            let decision = try PlantedBlocks(processNoise: 0.005, visitNoise: 0.02)
                .decision(planted: slow, seed: UInt64(seed + 1) << 40)
            if decision.guards.allSatisfy(\.passed) {
                found += slow.keys.count { decision[$0] == .regressed }
            }
        }
        #expect(expected.contains(found))
    }
}
