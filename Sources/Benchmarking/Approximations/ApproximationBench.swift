import Attention
import Engines
import Hardware
import Kernels
import Records
import Statistics

/// Full attention and its approximations over the same inputs, timed in turn, so that a slow second of the machine meets all of them.
final class ApproximationBench {
    /// One kernel, made ready, with what was measured of it.
    struct Cell {
        let loaded: LoadedKernel
        /// Of a sample.
        let calls: Int
        /// Of a call, one for each round.
        fileprivate(set) var nanoseconds: [Double] = []
    }

    private let engine: InProcessEngine
    private let activations: Activations
    /// Full attention first.
    private(set) var cells: [Cell] = []
    private(set) var skipped: [ApproximationStudy.Skipped] = []
    private(set) var wrong: [String] = []

    /// - Throws: where full attention is not computed.
    init(_ activations: Activations, on team: WorkerTeam) throws {
        self.activations = activations
        engine = InProcessEngine(
            team: { _ in team }, evidence: ThreadEvidenceReader(teams: [team]), clockFacts: .measure(SystemClock()))
        cells.append(
            try ready(
                Workload(kernel: "full", phase: .prefill, problem: activations.problem, threads: team.threadCount)))
    }

    func add(_ workload: Workload) throws {
        do throws(EngineError) { cells.append(try ready(workload)) } catch .unsupported(let error) {
            let label = workload.kernel + workload.problem.sizesInBrackets
            skipped.append(ApproximationStudy.Skipped(label: label, reason: error.reason))
        }
    }

    /// The first call is compared with the kernel's own formula, and the second one says how many a sample needs.
    private func ready(_ workload: Workload) throws(EngineError) -> Cell {
        let inputs = activations.inputs
        let loaded = try LoadedKernel(workload, on: engine) { inputs }
        _ = try loaded.sample(Batch(calls: 1))
        let accuracy = try loaded.accuracy(.sampled(seed: 0))
        if !accuracy.isAccepted {
            wrong.append(
                "\(workload.kernel)\(workload.problem.sizesInBrackets) differs from the reference by \(accuracy.excess)"
            )
        }
        let once = try loaded.sample(Batch(calls: 1)).nanoseconds
        let calls = Double(engine.minimumSampleNanoseconds) / Double(max(1, once))
        return Cell(loaded: loaded, calls: max(1, Int(saturating: calls.rounded(.up))))
    }

    /// One sample of each cell, in an order that differs from round to round.
    func measureRound(using generator: inout SplitMix64) throws {
        for place in cells.indices.shuffled(using: &generator) {
            let sample = try cells[place].loaded.sample(Batch(calls: cells[place].calls))
            cells[place].nanoseconds.append(Double(sample.nanoseconds) / Double(cells[place].calls))
        }
    }

    /// The time of a cell over that of full attention in the same round.
    func timeRatio(of cell: Cell) throws -> Estimate {
        try Durations(zip(cell.nanoseconds, cells[0].nanoseconds).map { $0 / $1 }).medianEstimate()
    }
}
