import Attention
import Foundation
import Records
import Statistics

/// Whether a build still grows as it should: what catches an O(n·w) kernel that has quietly become O(n²), at any noise.
///
/// Pairs and bytes are counted. Exponents and crossovers are fitted to times, and so fail only where their whole interval
/// lies beyond what the baseline leaves open.
enum ShapeGates {
    /// How much further than the baseline's an exponent may lie; theory's own band is as wide.
    static let toleratedExponent = TheoryVerdict.equivalenceBand.upperBound - 1
    /// How far a crossover may move, as a factor.
    static let toleratedMove = 1.25

    static func findings(
        _ cells: [ShapeCell], baseline: ScalingAnalysis, candidate: ScalingAnalysis
    ) -> [ShapeFinding] {
        cells.flatMap(\.findings) + exponents(of: candidate, against: baseline)
            + crossovers(of: candidate, against: baseline)
    }

    static func times(_ factor: Double) -> String { String(format: factor < 10 ? "%.2f×" : "%.0f×", factor) }

    // MARK: Exponents

    private static func exponents(of candidate: ScalingAnalysis, against baseline: ScalingAnalysis) -> [ShapeFinding] {
        candidate.series.compactMap { series in
            guard let before = baseline.series.first(where: { $0.isSame(as: series) })?.exponent,
                let now = series.exponent
            else { return nil }
            return exponent(of: series.label, before: before, now: now)
        }
    }

    /// Both ask for the same: the exponent is surely beyond theory's band, and surely beyond the baseline's.
    private static func exponent(of label: String, before: Estimate, now: Estimate) -> ShapeFinding {
        let rise = now.value - before.value
        let uncertainty = hypot(now.value - now.low, before.high - before.value)
        let limit = max(TheoryVerdict.equivalenceBand.upperBound, before.value + toleratedExponent)
        let failed =
            now.low > TheoryVerdict.equivalenceBand.upperBound && rise - uncertainty > toleratedExponent
        let text = String(format: "%.3f [%.3f, %.3f]", now.value, now.low, now.high)
        return ShapeFinding(
            kind: .exponent, subject: label, passed: !failed,
            message: failed
                ? "time grows as pairs^\(text); the baseline's as pairs^" + String(format: "%.3f", before.value)
                    + ", and theory says 1"
                : "time grows as pairs^\(text)",
            baseline: before.value, candidate: now.value, limit: limit)
    }

    // MARK: Crossovers

    private static func crossovers(of candidate: ScalingAnalysis, against baseline: ScalingAnalysis) -> [ShapeFinding] {
        let before = Crossover.all(among: baseline.measured)
        return Crossover.all(among: candidate.measured).compactMap { crossover in
            guard
                let former = before.first(where: {
                    $0.faster == crossover.faster && $0.slower == crossover.slower
                }),
                case .at(let formerly, true) = former.place, case .at(let now, true) = crossover.place
            else { return nil }
            let move = now.ratio(to: formerly)
            let hasMoved = move.low > toleratedMove || move.high < 1 / toleratedMove
            // A series that became faster moves a crossover too, which needs no warning.
            let culprit = move.value > 1 ? crossover.faster : crossover.slower
            let isSlower = meanLogRatio(of: culprit, in: candidate, over: baseline) > 0
            let place =
                "\(crossover.faster) overtakes \(crossover.slower) from \(Int(saturating: now.value.rounded())) tokens"
            let wasAt = "; in the baseline from \(Int(saturating: formerly.value.rounded()))"
            return ShapeFinding(
                kind: .crossover, subject: crossover.faster, passed: !(hasMoved && isSlower),
                message: place + wasAt
                    + (hasMoved ? isSlower ? ", since \(culprit) is slower" : ", since the other is faster" : ""),
                baseline: formerly.value, candidate: now.value,
                limit: formerly.value * (move.value > 1 ? toleratedMove : 1 / toleratedMove))
        }
    }

    /// ln(candidate/baseline) over the lengths that both have.
    private static func meanLogRatio(
        of label: String, in candidate: ScalingAnalysis, over baseline: ScalingAnalysis
    ) -> Double {
        guard let before = baseline.series.first(where: { $0.label == label }),
            let now = candidate.series.first(where: { $0.label == label })
        else { return 0 }
        let ratios = now.points.compactMap { point in
            before.points.first { $0.keyLength == point.keyLength }
                .map { log(point.median.value / $0.median.value) }
        }
        return ratios.reduce(0, +) / Double(max(1, ratios.count))
    }
}

extension Series {
    fileprivate func isSame(as other: Series) -> Bool { kernel == other.kernel && parameters == other.parameters }
}

// MARK: What a gate measured

extension ShapeGates {
    /// The findings on paired blocks: what both builds counted, and the analysis of each side's own samples.
    static func findings(_ evidence: Gate.Evidence) -> [ShapeFinding] {
        let excluded = Set(evidence.uncompared.map(\.workload))
        let cells = cells(evidence)
        let workloads = cells.map(\.workload)
        // All lengths of a series from the same blocks: the screen's, since the confirmation has some of them only.
        func analysis(_ side: PairedSide) -> ScalingAnalysis {
            let measurements = evidence.screen.enumerated().flatMap { launch, block in
                block.cells.filter { !excluded.contains($0.workload) }.map { cell in
                    // In the order of the sweep.
                    let place = workloads.firstIndex { $0.kernel == cell.workload.kernel }!
                    return cell.measurement(of: side, launch: launch + 1, place: place)
                }
            }
            return ScalingAnalysis(measurements, ceilings: .unknown, caches: [])
        }
        return findings(cells, baseline: analysis(.baseline), candidate: analysis(.candidate))
    }
}

extension ShapeGates {
    /// What cannot be checked: one sentence a kernel, since its cells all have the same gap.
    static func gaps(_ evidence: Gate.Evidence) -> [Caution] {
        var seen = Set<String>()
        return cells(evidence).filter { $0.gap != nil && seen.insert($0.workload.kernel).inserted }
            .compactMap { $0.gap(of: $0.workload.kernel) }
    }

    private static func cells(_ evidence: Gate.Evidence) -> [ShapeCell] {
        let excluded = Set(evidence.uncompared.map(\.workload))
        let blocks = evidence.screen + evidence.confirmation
        let byWorkload = Dictionary(grouping: blocks.flatMap(\.cells)) { $0.workload }
        let workloads = (evidence.screen.first?.cells.map(\.workload) ?? []).filter { !excluded.contains($0) }
        return workloads.map { workload in
            // What a process pays once, such as a library's first buffers, falls on some cell of each: the least counts.
            let facts = byWorkload[workload]!.map(\.facts)
            return ShapeCell(
                workload: workload, baselinePairs: facts[0].baseline.countedPairs,
                candidatePairs: facts[0].candidate.countedPairs,
                candidateStatedPairs: facts[0].candidate.statedPairs,
                baselinePeakBytes: facts.map(\.baseline.peakResidentBytes).min()!,
                candidatePeakBytes: facts.map(\.candidate.peakResidentBytes).min()!,
                predictedBytes: facts[0].baseline.statedBytes)
        }
    }
}

extension PairedBlock.Cell {
    fileprivate func measurement(of side: PairedSide, launch: Int, place: Int) -> Records.Measurement {
        Measurement(
            workload: workload,
            origin: KernelOrigin(engine: EngineIdentity(ofKernel: workload.kernel), place: place),
            launch: launch,
            // The baseline's pairs on both sides: what a candidate counts must not change what it is held against.
            work: Work(workload.phase, problem: workload.problem, computedPairs: facts.baseline.countedPairs),
            scratchBytes: nil,
            outcome: .measured(
                Measurement.Record(
                    samplesNanoseconds: visits.map { $0[side].nanoseconds }, rounds: Array(visits.indices),
                    iterationsPerSample: iterationsPerSample, contamination: visits.map { $0[side].contamination },
                    peakResidentBytes: facts[side].peakResidentBytes, maximumError: 0)))
    }
}
