import Attention
import Foundation
import Records
import Statistics

@testable import Analysis

/// Blocks of a gate whose truth is known because it was put there: no process runs.
struct PlantedBlocks {
    /// Slowdowns of the candidate, and of the second process of the baseline, as fractions.
    var candidate: [Workload: Double] = [:]
    var control: [Workload: Double] = [:]
    var frozenLoop = 0.0
    /// Of every cell of the candidate.
    var common = 0.0
    /// Standard deviations of ln(time) of one side: from process to process, and from visit to visit.
    var processNoise = 0.003
    var visitNoise = 0.01
    var nanosecondsPerPair = 1.0
    /// Share of visits in which the candidate was migrated, and ten times slower for it.
    var disturbed = 0.0
    /// Changes what the sides count.
    var facts: (Workload, PairedSide, PairedBlock.Facts) -> PairedBlock.Facts = { _, _, facts in facts }
    /// Time of the candidate beside its slowdown, in ns, from the workload.
    var candidateNanoseconds: ((Workload) -> Double)?

    /// Twelve cells: enough lengths of full and windowed attention for exponents and a crossover.
    static let workloads: [Workload] =
        [512, 1024, 2048, 4096, 8192, 16384].flatMap { length in
            [("full", Mask.causal), ("sliding-window", .slidingWindow(512))].map { kernel, mask in
                Workload(
                    kernel: kernel, phase: .prefill,
                    problem: try! AttentionProblem(
                        shape: AttentionShape(queryLength: length, headDimension: 64), mask: mask))
            }
        }

    func block(_ request: PairedRequest) -> PairedBlock {
        var generator = SplitMix64(seed: request.seed ^ 0xB10C)
        return PairedBlock(
            cells: request.workloads.map { cell($0, request, &generator) },
            frozenLoop: visits(request.rounds, &generator) { side in
                side == .candidate ? 2e6 * (1 + frozenLoop) : 2e6
            })
    }

    private func cell(
        _ workload: Workload, _ request: PairedRequest, _ generator: inout SplitMix64
    ) -> PairedBlock.Cell {
        let pairs = workload.problem.pairs.allowed
        let slowdown = (candidate[workload] ?? 0) + (request.planted[workload] ?? 0)
        return PairedBlock.Cell(
            workload: workload,
            facts: PairedValues { side in
                facts(
                    workload, side,
                    PairedBlock.Facts(
                        countedPairs: pairs, statedPairs: pairs, peakResidentBytes: 1 << 20, statedBytes: 1 << 20))
            }, iterationsPerSample: 1,
            visits: visits(request.rounds, &generator) { side in
                let time = 20_000 + nanosecondsPerPair * Double(pairs)
                switch side {
                case .baseline: return time
                case .control: return time * (1 + (control[workload] ?? 0))
                case .candidate: return (candidateNanoseconds?(workload) ?? time) * (1 + slowdown) * (1 + common)
                }
            })
    }

    private func visits(
        _ rounds: Int, _ generator: inout SplitMix64, time: (PairedSide) -> Double
    ) -> [PairedBlock.Visit] {
        func noise(_ deviation: Double) -> Double { exp(deviation * NormalDistribution.draw(using: &generator)) }
        let processes = PairedValues { time($0) * noise(processNoise) }
        return (0..<rounds).map { _ in
            let isDisturbed = Double.random(in: 0..<1, using: &generator) < disturbed
            return PairedBlock.Visit { side in
                let hit = isDisturbed && side == .candidate
                return Sample(
                    nanoseconds: Int(saturating: processes[side] * noise(visitNoise) * (hit ? 10 : 1)),
                    contamination: hit ? Planted.migrated : Planted.quiet)
            }
        }
    }

    /// A whole gate over these.
    func decision(
        delta: Double = 0.05, workloads: [Workload] = Self.workloads, planted: [Workload: Double] = [:],
        seed: UInt64 = 1
    ) throws -> GateDecision {
        let policy = GatePolicy(delta: delta)
        let gate = Gate(workloads, policy: policy, seed: seed)
        return GateDecision(
            try gate.run(planted: planted) { (block($0), 1.0) }, policy: policy)
    }
}

extension GateDecision {
    subscript(workload: Workload) -> CellVerdict? { cells.first { $0.workload == workload }?.verdict }

    var verdict: ComparisonVerdict {
        Comparison.verdict(cells: cells.map(\.verdict), guards: guards, shape: shape)
    }

    subscript(name: ComparisonGuard.Name) -> Bool { guards.first { $0.name == name }!.passed }

    var failedShape: [ShapeFinding] { shape.filter { !$0.passed } }
}
