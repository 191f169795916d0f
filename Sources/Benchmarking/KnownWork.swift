import Attention
import Engines
import Kernels
import Records

/// What one call does and holds, as far as anybody knows: by the kernel's formulas, or, of an engine that has made it ready,
/// by the engine's word.
struct KnownWork {
    let work: Work
    let scratchBytes: Int?

    /// Before the cell is ready.
    init(of kernel: Kernel, for workload: Workload) {
        work = Work(
            workload.phase, problem: workload.problem, computedPairs: kernel.computedPairs(for: workload.problem))
        scratchBytes = kernel.scratchBytes(for: workload.problem, threads: workload.threads)
    }

    /// Of a cell that was made ready, in this attempt or in an earlier one.
    init(_ workload: Workload, _ preparation: SampleJournal.Preparation) {
        work = Work(workload.phase, problem: workload.problem, computedPairs: preparation.computedPairs)
        scratchBytes = preparation.scratchBytes
    }
}
