import Attention
import Faults
import Foundation
import Quantities
import Records
import Statistics

/// Two results files, cell by cell. They were measured at different times, so that nothing is paired: what the machine did
/// between the two sessions counts as a difference of the builds. That is why this says less than a gate does, and says
/// so.
public struct ResultsComparison: Sendable {
    public let cells: [CellComparison]
    public let uncompared: [UncomparedCell]
    public let shape: [ShapeFinding]
    public let cautions: [Caution]

    /// - Throws: what makes the two incomparable.
    public init(baseline: Results, candidate: Results, policy: GatePolicy) throws(IncomparableResults) {
        let differing = IncomparableResults.differences(of: candidate, from: baseline)
        guard differing.isEmpty else { throw IncomparableResults(differences: differing) }
        let before = Dictionary(grouping: baseline.measurements) { $0.workload }
        let after = Dictionary(grouping: candidate.measurements) { $0.workload }
        var pairs: [Pair] = []
        var uncompared: [UncomparedCell] = []
        for workload in Self.order(of: baseline, then: candidate) {
            do throws(NoTime) {
                let (before, after) = try Self.sides(baseline: before[workload], candidate: after[workload])
                pairs.append(Pair(workload: workload, before: before, after: after))
            } catch {
                uncompared.append(UncomparedCell(workload: workload, cause: error.cause, reason: error.reason))
            }
        }
        guard !pairs.isEmpty || uncompared.contains(where: { $0.cause == .wrong }) else {
            throw IncomparableResults(differences: ["workloads: no cell is measured in both"])
        }
        self.uncompared = uncompared
        cells = Self.cells(pairs, policy)
        let shapeCells = pairs.map { Self.shapeCell($0) }
        shape = ShapeGates.findings(
            shapeCells, baseline: ScalingAnalysis(results: baseline), candidate: ScalingAnalysis(results: candidate))
        cautions =
            baseline.cautions + candidate.cautions + shapeCells.compactMap(\.gap) + [Self.resolution(cells, policy)]
            + Self.tunings(baseline: baseline.header.tuning, candidate: candidate.header.tuning)
    }

    /// A change of what kernels leave to the machine is a change like another, and may be the whole difference.
    private static func tunings(baseline: Tuning?, candidate: Tuning?) -> [Caution] {
        guard let baseline, let candidate, baseline != candidate else { return [] }
        return [
            Caution(
                "the kernels were tuned differently: \(baseline), against \(candidate); repeat one of the two with "
                    + "--tuning and the other's results file to compare the rest")
        ]
    }

    /// Why a cell has no ratio.
    private struct NoTime: Fault {
        let cause: UncomparedCell.Cause
        let reason: String

        var exitStatus: ExitStatus { .baselineMissing }

        var description: String { reason }

        init(_ cell: UncomparedCell) { (cause, reason) = (cell.cause, cell.reason) }

        init(of side: ComparedEngine, _ reason: String) {
            cause = side == .baseline ? .noBaseline : .missing
            self.reason = reason
        }
    }

    /// A result of the candidate that is wrong comes first: it is so whatever the baseline has of the cell.
    private static func sides(
        baseline: [Records.Measurement]?, candidate: [Records.Measurement]?
    ) throws(NoTime) -> (before: Side, after: Side) {
        for measurement in candidate ?? [] {
            switch measurement.outcome {
            case .wrong(let reason, _): throw NoTime(UncomparedCell(wrong: measurement.workload, reason))
            case .broken(let reason):
                throw NoTime(UncomparedCell(workload: measurement.workload, cause: .engineFailed, reason: reason))
            case .measured, .skipped: continue
            }
        }
        return (try Side(baseline, of: .baseline), try Side(candidate, of: .candidate))
    }

    /// A cell that both sides have measured.
    private struct Pair {
        let workload: Workload
        let before: Side
        let after: Side
    }

    /// What one side has of a cell: its launches that were measured.
    private struct Side {
        let records: [Records.Measurement.Record]
        let work: Work
        let scratchBytes: Int?
        let median: Estimate
        /// ln of each launch's median.
        let logMedians: [Double]

        init(_ measurements: [Records.Measurement]?, of side: ComparedEngine) throws(NoTime) {
            guard let measurements else { throw NoTime(of: side, "not in the \(side)") }
            var records: [Records.Measurement.Record] = []
            var skipReason: String?
            for measurement in measurements {
                switch measurement.outcome {
                case .measured(let record): records.append(record)
                case .skipped(let reason): skipReason = skipReason ?? reason
                case .wrong(let reason, _):
                    throw NoTime(of: side, "its result in the \(side) is wrong: \(reason)")
                case .broken(let reason):
                    throw NoTime(of: side, "its engine failed in the \(side): \(reason)")
                }
            }
            if records.isEmpty, let skipReason {
                throw NoTime(of: side, "skipped in the \(side): \(skipReason)")
            }
            do {
                let timing = try CellTiming(launches: records)
                var medians: [Double] = []
                for record in records { medians.append(log(try CellTiming(launches: [record]).median.value)) }
                self.records = records
                work = measurements[0].work
                scratchBytes = measurements[0].scratchBytes
                median = timing.median
                logMedians = medians
            } catch {
                throw NoTime(of: side, "the \(side) has no samples of it: \(error)")
            }
        }
    }

    /// Series by series, lengths ascending: the baseline's, then what only the candidate has. Files have cells as they were
    /// done, shuffled.
    private static func order(of baseline: Results, then candidate: Results) -> [Workload] {
        var seen = Set<Workload>()
        return [baseline, candidate].flatMap { results in
            let workloads = results.measurements.map(\.workload).filter { seen.insert($0).inserted }
            let bySeries = Dictionary(grouping: workloads) { SeriesKey($0) }
            return SeriesOrder(results.measurements).sorted(bySeries.keys).flatMap { key in
                bySeries[key]!.sorted { $0.problem.shape.keyLength < $1.problem.shape.keyLength }
            }
        }
    }

    private static func cells(
        _ pairs: [Pair], _ policy: GatePolicy
    ) -> [CellComparison] {
        let tests = pairs.map { WelchTest($0.after.logMedians, minus: $0.before.logMedians) }
        let tested = tests.compactMap { $0 }
        let holm = Holm(
            tested.map {
                min(
                    1,
                    2
                        * min(
                            $0.probability(ofExceeding: policy.logDelta),
                            $0.probability(ofFallingBelow: -policy.logDelta)))
            }, level: policy.familyLevel)
        var decided = zip(holm.levels, holm.isRejected).makeIterator()
        return zip(pairs, tests).map { pair, test in
            let outcome = test.map { ($0, decided.next()!) }
            return cell(pair, outcome, policy)
        }
    }

    private static func cell(
        _ pair: Pair, _ outcome: (test: WelchTest, holm: (level: Double, isRejected: Bool))?, _ policy: GatePolicy
    ) -> CellComparison {
        let (before, after) = (pair.before, pair.after)
        var ratio = after.median.ratio(to: before.median)
        var verdict = CellVerdict.inconclusive
        var visible: Double?
        var findings: [Caution] = []
        if let (test, holm) = outcome {
            let usual = test.interval(level: 0.95)
            let isPassed = GateDecision.isWithin(usual, policy)
            let shown = isPassed ? usual : test.interval(level: 1 - holm.level)
            verdict =
                isPassed ? .pass : !holm.isRejected ? .inconclusive : test.difference > 0 ? .regressed : .improved
            ratio = Estimate(
                value: exp(shown.value), low: exp(shown.low), high: exp(min(shown.high, 500)), level: shown.level)
            visible = expm1(min(test.smallestDetectable(beyond: policy.logDelta, significance: holm.level / 2), 500))
        } else {
            findings.append(
                Caution(
                    "one launch per side: the difference between launches is unknown, so the interval is that within the "
                        + "launch and gives no verdict; measure both sides with `run --launches 10`"))
        }
        return CellComparison(
            workload: pair.workload, verdict: verdict, ratio: ratio, smallestVisibleSlowdown: visible,
            launches: min(before.records.count, after.records.count), baselineNanoseconds: before.median.value,
            candidateNanoseconds: after.median.value, findings: findings)
    }

    private static func shapeCell(_ pair: Pair) -> ShapeCell {
        let (workload, before, after) = (pair.workload, pair.before, pair.after)
        return ShapeCell(
            workload: workload, baselinePairs: before.work.computedPairs, candidatePairs: after.work.computedPairs,
            // A run has held what was counted against the closed form, and would have failed the cell.
            candidateStatedPairs: after.work.computedPairs,
            baselinePeakBytes: before.records.map(\.peakResidentBytes).min()!,
            candidatePeakBytes: after.records.map(\.peakResidentBytes).min()!,
            predictedBytes: before.scratchBytes.map { workload.tensorBytes + $0 })
    }

    private static func resolution(_ cells: [CellComparison], _ policy: GatePolicy) -> Caution {
        let visible = cells.compactMap(\.smallestVisibleSlowdown)
        let remedy = "; `attnbench gate` measures both builds in turn and can see less than half of that"
        guard !visible.isEmpty else {
            return Caution(
                "separate sessions with one launch each: times cannot compare builds here, since launches of "
                    + "one build differ too, by an unknown amount" + remedy)
        }
        return Caution(
            "separate sessions cannot show slowdowns under \(Quantity.percent(visible.median, place: -1)) here: launches of one "
                + "build differ from each other, and changes of the machine between the sessions add to that" + remedy)
    }
}

/// What keeps two results files from being compared.
public struct IncomparableResults: Fault, Equatable {
    /// Each with its field and both values.
    public let differences: [String]

    public var exitStatus: ExitStatus { .baselineMissing }

    public var description: String {
        "these results cannot be compared, since they differ in " + differences.joined(separator: "; ")
            + ". Measure both on one machine with one sweep, or compare builds with `attnbench gate`"
    }

    static func differences(of candidate: Results, from baseline: Results) -> [String] {
        func types(_ results: Results) -> String {
            let used = Set(results.measurements.map(\.workload.problem.elementType))
            return ElementType.allCases.filter(used.contains).map(\.rawValue).joined(separator: ", ")
        }
        let (before, after) = (types(baseline), types(candidate))
        return baseline.header.machineDifferences(from: candidate.header)
            + (before == after ? [] : ["element types (\(before) against \(after))"])
    }
}
