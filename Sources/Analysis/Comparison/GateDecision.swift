import Foundation
import Records
import Statistics

/// The verdicts on what a gate measured: a pure function of its blocks.
///
/// The screen may only pass a cell, never fail it: PASS where the 95 % interval of ln(candidate/baseline) over its blocks
/// lies within ±ln(1+δ). For the others the confirmation decides: REGRESSED or IMPROVED where the ratio lies beyond the
/// tolerance at a level that Holm's procedure sets over all of them; PASS where the interval lies within; otherwise
/// INCONCLUSIVE. A cell in which the baseline moved against itself by the tolerance is INCONCLUSIVE too.
public struct GateDecision: Sendable {
    public let cells: [CellComparison]
    public let guards: [ComparisonGuard]
    public let shape: [ShapeFinding]
    public let cautions: [Caution]

    public init(_ evidence: Gate.Evidence, policy: GatePolicy) {
        let screened = Self.ratios(evidence.screen)
        let confirmed = Self.ratios(evidence.confirmation)
        let excluded = Set(evidence.uncompared.map(\.workload))
        let workloads = (evidence.screen.first?.cells.map(\.workload) ?? []).filter { !excluded.contains($0) }

        let tested = workloads.filter { (confirmed[$0]?.count ?? 0) >= Self.leastBlocks }
        let tests = tested.map { MeanTest(confirmed[$0]!.map(\.logCandidate)) }
        let holm = Holm(tests.map { Self.probability($0, policy) }, level: policy.familyLevel)
        let outcomes = Dictionary(
            uniqueKeysWithValues: zip(tested, zip(tests, zip(holm.levels, holm.isRejected))).map {
                ($0, Outcome(test: $1.0, level: $1.1.0, isRejected: $1.1.1))
            })
        let spread = Self.pooledDeviation(workloads.map { MeanTest(screened[$0]!.map(\.logCandidate)) })

        cells = workloads.map { workload in
            if let outcome = outcomes[workload] {
                return Self.confirmed(workload, confirmed[workload]!, outcome, policy)
            }
            return Self.screened(workload, screened[workload]!, spread: spread, policy)
        }
        guards = GateGuards.all(evidence, excluding: excluded, policy: policy)
        shape = ShapeGates.findings(evidence)
        cautions = Self.cautions(evidence, Array(screened.values.joined()) + Array(confirmed.values.joined()))
    }

    /// From so few blocks on there is an interval worth its name.
    static let leastBlocks = 3

    /// Cells that the screen does not pass, in the order of the sweep.
    static func unclear(_ evidence: Gate.Evidence, policy: GatePolicy) -> [Workload] {
        let ratios = ratios(evidence.screen)
        let excluded = Set(evidence.uncompared.map(\.workload))
        return (evidence.screen.first?.cells.map(\.workload) ?? []).filter { workload in
            !excluded.contains(workload)
                && !isWithin(MeanTest(ratios[workload]!.map(\.logCandidate)).interval(level: 0.95), policy)
        }
    }

    static func ratios(_ blocks: [PairedBlock]) -> [Workload: [BlockRatio]] {
        var ratios: [Workload: [BlockRatio]] = [:]
        for cell in blocks.flatMap(\.cells) {
            ratios[cell.workload, default: []].append(
                BlockRatio(cell.visits, iterationsPerSample: cell.iterationsPerSample))
        }
        return ratios
    }

    private struct Outcome {
        let test: MeanTest
        let level: Double
        let isRejected: Bool
    }

    /// Of a change at least this large in its direction where there is none beyond the tolerance.
    private static func probability(_ test: MeanTest, _ policy: GatePolicy) -> Double {
        let slower = test.probability(ofExceeding: policy.logDelta)
        let faster = test.probability(ofFallingBelow: -policy.logDelta)
        return min(1, 2 * min(slower, faster))
    }

    static func isWithin(_ logRatio: Estimate, _ policy: GatePolicy) -> Bool {
        logRatio.low > -policy.logDelta && logRatio.high < policy.logDelta
    }

    private static func confirmed(
        _ workload: Workload, _ blocks: [BlockRatio], _ outcome: Outcome, _ policy: GatePolicy
    ) -> CellComparison {
        let usual = outcome.test.interval(level: 0.95)
        let control = MeanTest(blocks.map(\.logControl)).interval(level: 0.95)
        var findings: [Caution] = []
        let verdict: CellVerdict
        var shown = outcome.test.interval(level: 1 - outcome.level)
        if isWithin(usual, policy) {
            verdict = .pass
            shown = usual
        } else if !isWithin(control, policy) {
            verdict = .inconclusive
            findings.append(
                Caution("the baseline differs from itself by \(percent(control)) in this cell, so there is no verdict"))
        } else if outcome.isRejected {
            verdict = outcome.test.mean > 0 ? .regressed : .improved
        } else {
            verdict = .inconclusive
        }
        let visible = smallestVisible(
            deviation: outcome.test.standardDeviation, count: blocks.count, significance: outcome.level / 2, policy)
        return cell(
            workload, Judgement(verdict: verdict, logRatio: shown, visible: visible, findings: findings), blocks)
    }

    private static func screened(
        _ workload: Workload, _ blocks: [BlockRatio], spread: Double, _ policy: GatePolicy
    ) -> CellComparison {
        let interval = MeanTest(blocks.map(\.logCandidate)).interval(level: 0.95)
        let isPassed = isWithin(interval, policy)
        let findings =
            isPassed
            ? [] : [Caution("the time budget ended before this cell could be measured again; give a longer one")]
        let visible = smallestVisible(
            deviation: spread, count: policy.confirmationBlocks, significance: policy.familyLevel / 2, policy)
        return cell(
            workload,
            Judgement(
                verdict: isPassed ? .pass : .inconclusive, logRatio: interval, visible: visible, findings: findings),
            blocks)
    }

    /// What a gate whose budget has no room for every block of the confirmation can still see.
    static func fewerBlocks(
        _ count: Int, _ screenBlock: BlockTime, _ evidence: Gate.Evidence, _ policy: GatePolicy
    ) -> Caution {
        let time = "a launch takes \(screenBlock)"
        guard count >= leastBlocks else {
            return Caution(
                "\(time), and the time budget has room for \(count) more; the cells that are not clear yet need at least "
                    + "\(leastBlocks), and will be INCONCLUSIVE: give a longer --time-budget")
        }
        let spread = pooledDeviation(ratios(evidence.screen).values.map { MeanTest($0.map(\.logCandidate)) })
        func visible(_ count: Int) -> String {
            String(
                format: "%.1f %%",
                100
                    * smallestVisible(
                        deviation: spread, count: count, significance: policy.familyLevel / 2, policy))
        }
        return Caution(
            "\(time), and the time budget has room for \(count) of the \(policy.confirmationBlocks) that decide on unclear "
                + "cells: these see slowdowns from \(visible(count)) on, and all would see \(visible(policy.confirmationBlocks))"
        )
    }

    /// What is said of one cell, before it is put into words and units.
    private struct Judgement {
        let verdict: CellVerdict
        let logRatio: Estimate
        /// The smallest slowdown that would have been seen.
        let visible: Double
        let findings: [Caution]
    }

    private static func cell(
        _ workload: Workload, _ judgement: Judgement, _ blocks: [BlockRatio]
    ) -> CellComparison {
        let logRatio = judgement.logRatio
        let noisy = blocks.count(where: \.isNoisy)
        let noise =
            noisy == 0
            ? [] : [Caution("noisy: the system disturbed most visits of \(noisy) of \(blocks.count) launches")]
        return CellComparison(
            workload: workload, verdict: judgement.verdict,
            ratio: Estimate(
                value: exp(logRatio.value), low: exp(logRatio.low), high: exp(logRatio.high), level: logRatio.level),
            smallestVisibleSlowdown: judgement.visible, launches: blocks.count,
            baselineNanoseconds: blocks.map(\.baselineNanoseconds).median,
            candidateNanoseconds: blocks.map(\.candidateNanoseconds).median,
            findings: judgement.findings + noise)
    }

    /// Three values say little of how they scatter, so the screen's cells share what all of them say.
    private static func pooledDeviation(_ tests: [MeanTest]) -> Double {
        guard !tests.isEmpty else { return 0 }
        let sum = tests.reduce(0) { $0 + $1.standardDeviation * $1.standardDeviation }
        return (sum / Double(tests.count)).squareRoot()
    }

    private static func smallestVisible(
        deviation: Double, count: Int, significance: Double, _ policy: GatePolicy
    ) -> Double {
        expm1(
            MeanTest.smallestDetectable(
                beyond: policy.logDelta, of: .init(standardDeviation: deviation, count: count),
                significance: significance))
    }

    static func percent(_ logRatio: Estimate) -> String {
        String(
            format: "%+.1f %% [%+.1f, %+.1f]", expm1(logRatio.value) * 100, expm1(logRatio.low) * 100,
            expm1(logRatio.high) * 100)
    }

    private static func cautions(_ evidence: Gate.Evidence, _ ratios: [BlockRatio]) -> [Caution] {
        var cautions: [Caution] = []
        if evidence.isCutShort {
            cautions.append(Caution("the time budget ended before every cell was measured as often as it should"))
        }
        cautions += evidence.remarks.sorted().map(Caution.init) + ShapeGates.gaps(evidence)
        let (visits, disturbed) = ratios.reduce((0, 0)) { ($0.0 + $1.visits, $0.1 + $1.disturbedVisits) }
        if 5 * disturbed > visits {
            cautions.append(
                Caution(
                    "the system disturbed \(disturbed) of \(visits) visits; on a quieter machine smaller changes could be seen"
                ))
        }
        return cautions
    }
}
