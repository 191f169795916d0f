import Attention
import Hardware
import Kernels
import Records
import Statistics

/// Measures what approximations of full attention give up, and what they save.
extension ApproximationStudy {
    /// What is measured.
    public struct Plan: Sendable {
        /// Kernels and their sizes; lengths, heads and types are those of the activations.
        public var axes: Sweep.Axes
        public var rounds: Int
        /// The CPU's name; nil where the system does not tell.
        public var processor: String?

        public init(axes: Sweep.Axes, rounds: Int, processor: String? = nil) {
            self.axes = axes
            self.rounds = rounds
            self.processor = processor
        }
    }

    /// - Parameter announce: told what is measured next.
    /// - Throws: for sizes that make no problem, and where memory does not hold all outputs.
    public static func measure(
        _ plan: Plan, on activations: Activations, _ team: WorkerTeam, announce: (String) -> Void = { _ in }
    ) throws -> ApproximationStudy {
        let workloads = try plan.axes.workloads(of: activations.problem.shape, threads: team.threadCount)
        try requireMemory(for: workloads)
        announce("making \(workloads.count) approximations ready")
        let bench = try ApproximationBench(activations, on: team)
        for workload in workloads { try bench.add(workload) }
        var generator = SplitMix64(seed: 1)
        for round in 1...plan.rounds {
            announce("measuring times, round \(round) of \(plan.rounds)")
            try bench.measureRound(using: &generator)
        }
        announce("computing errors in Double")
        let full = FullAttentionRows(of: activations)
        let approximations = try bench.cells.dropFirst().map { cell in
            let workload = cell.loaded.workload
            return Approximation(
                kernel: workload.kernel, mask: workload.problem.mask, selection: workload.problem.selection,
                quality: try full.quality(of: workload.problem, on: activations),
                pairShare: countedPairs(of: workload.problem) / countedPairs(of: activations.problem),
                nanoseconds: try Durations(cell.nanoseconds).medianEstimate(), timeRatio: try bench.timeRatio(of: cell))
        }
        return ApproximationStudy(
            activations: activations.name, problem: activations.problem, comparedRows: full.count,
            threads: team.threadCount, processor: plan.processor,
            fullNanoseconds: try Durations(bench.cells[0].nanoseconds).medianEstimate(),
            approximations: approximations, skipped: bench.skipped, wrong: bench.wrong)
    }

    /// Of one head; a product with a mean takes half the FLOPs of a pair.
    private static func countedPairs(of problem: AttentionProblem) -> Double {
        Double(problem.pairs.allowed) + Double(problem.pairs.blockScores) / 2
    }

    /// All kernels are in memory at the same time, each with an output of its own. A tenth of the memory is left to others.
    private static func requireMemory(for workloads: [Workload]) throws(ActivationsError) {
        guard let free = AvailableMemory.bytes() else { return }
        let needed = workloads.reduce(0.0) { bytes, workload in
            let kernel = Kernel.builtIn.first { $0.name == workload.kernel }
            let scratch = kernel?.scratchBytes(for: workload.problem, threads: workload.threads) ?? 0
            let output = workload.tensorBytes - workload.phase.inputBytes(of: workload.problem)
            return bytes + Double(output) + Double(scratch)
        }
        guard needed <= 0.9 * Double(free) else {
            throw .tooLarge(neededBytes: Int(saturating: needed), freeBytes: free)
        }
    }
}
