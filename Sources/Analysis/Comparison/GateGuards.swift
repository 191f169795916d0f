import Foundation
import Quantities
import Records
import Statistics

/// The checks of the measuring itself. Each asks for a ratio that has to be 1.
enum GateGuards {
    /// With fewer cells, the median over them moves where a single one does.
    private static let fewestForMedian = 3

    static func all(
        _ evidence: Gate.Evidence, excluding excluded: Set<Workload>, policy: GatePolicy
    ) -> [ComparisonGuard] {
        let blocks = (evidence.screen + evidence.confirmation).map { block in
            block.cells.filter { !excluded.contains($0.workload) }.map { BlockRatio($0.visits) }
        }
        guard blocks.count >= 2, blocks.allSatisfy({ !$0.isEmpty }) else { return [] }
        // An engine that broke down left no loop to be timed in its block.
        let loops = (evidence.screen + evidence.confirmation).map(\.frozenLoop).filter { !$0.isEmpty }
        let ofTheMachine = [
            baselineAgainstItself(blocks, policy), frozenLoop(loops.map { BlockRatio($0) }, policy),
        ]
        guard policy.doubtsCommonMoves, blocks[0].count >= fewestForMedian else { return ofTheMachine }
        return ofTheMachine + [
            // The screen's alone: the confirmation has only cells that stood out.
            medianOverCells(Array(blocks.prefix(evidence.screen.count)), policy)
        ]
    }

    private static func baselineAgainstItself(_ blocks: [[BlockRatio]], _ policy: GatePolicy) -> ComparisonGuard {
        let means = blocks.map { block in block.reduce(0) { $0 + $1.logControl } / Double(block.count) }
        return still(
            .baselineAgainstItself, MeanTest(means).interval(level: 0.95), policy,
            moved: "a second process of the baseline was measured at")
    }

    private static func frozenLoop(_ blocks: [BlockRatio], _ policy: GatePolicy) -> ComparisonGuard {
        guard blocks.count >= 2 else {
            return ComparisonGuard(
                name: .frozenLoop, passed: false, message: "the loop that is the same on both sides could not be timed",
                estimate: Estimate(value: 1, low: 0, high: .greatestFiniteMagnitude, level: 0.95))
        }
        return still(
            .frozenLoop, MeanTest(blocks.map(\.logCandidate)).interval(level: 0.95), policy,
            moved: "a loop that is the same on both sides was measured at")
    }

    private static func still(
        _ name: ComparisonGuard.Name, _ logRatio: Estimate, _ policy: GatePolicy, moved: String
    ) -> ComparisonGuard {
        let passed = GateDecision.isWithin(logRatio, policy)
        let change = GateDecision.percent(logRatio)
        let tolerance = Quantity.percent(policy.delta, place: -1)
        return ComparisonGuard(
            name: name, passed: passed,
            message: passed
                ? "\(change), within ±\(tolerance)"
                : "\(moved) \(change), not surely within ±\(tolerance): the machine is too noisy to judge by",
            estimate: ratio(logRatio))
    }

    /// Not what one kernel does: flags of the build, the state of the machine, or a change of what all kernels share. The
    /// clock cannot tell which, so a person has to.
    private static func medianOverCells(_ screen: [[BlockRatio]], _ policy: GatePolicy) -> ComparisonGuard {
        let medians = screen.map { $0.map(\.logCandidate).median }
        let interval = MeanTest(medians).interval(level: 0.95)
        let passed = abs(interval.value) <= policy.logDelta
        let change = GateDecision.percent(interval)
        return ComparisonGuard(
            name: .medianOverCells, passed: passed,
            message: passed
                ? "\(change)"
                : "half of all cells changed by \(change) or more: the cause is probably common to them, such as the flags of the "
                    + "build, and not one kernel",
            estimate: ratio(interval))
    }

    private static func ratio(_ logRatio: Estimate) -> Estimate {
        Estimate(value: exp(logRatio.value), low: exp(logRatio.low), high: exp(logRatio.high), level: logRatio.level)
    }
}
