import Attention
import Engines
import Records

/// The check after a cell's last round, of the kernel that was timed.
///
/// The check of the first call says nothing of the later ones: a kernel that idles from its second call on leaves a right
/// output behind, and so does one that hands out what it remembers. So the kernel runs once more, on other inputs and into
/// an output that holds nothing. Where other inputs are dear, it runs on those that it has; where a call takes seconds, or no
/// time is left for one, the output of its last sample is checked as it is.
extension Run {
    /// What the last check says against the cell; nil where nothing does, or where no call came after the first check.
    func finalFault(of cell: RunningCell) -> RunningCell.Fault? {
        guard let kernel = cell.resident, cell.visits.contains(where: { $0.round > 0 }) else { return nil }
        let problem = cell.workload.problem
        do throws(EngineError) {
            // A machine that has become slower shows in the last visit.
            if !cell.cost.isSinglePass, max(cell.cost.finalCheckSeconds, cell.visitSeconds) <= secondsLeft {
                if cell.cost.isCheckedAnew {
                    try kernel.load(SharedInputs(for: problem, seed: options.seed &+ 1))
                    // An engine may well refuse to write an output that it has not computed yet.
                    if kernel.prepared.mayComputeUnseen,
                        case .right(let error)? = try? kernel.check(problem, instruments)
                    {
                        return RunningCell.Fault(
                            reason: "has the output for new inputs before a call: it computes outside of what is timed",
                            maximumError: error)
                    }
                }
                try kernel.prepared.spoilOutput()
                _ = try kernel.sample(Batch(calls: 1))
            }
            switch try kernel.check(problem, instruments) {
            case .right: return pairFault(of: kernel, cell)
            case .wrong(let maximumError, let reason):
                return RunningCell.Fault(reason: "after its last round: \(reason)", maximumError: maximumError)
            }
        } catch {
            return RunningCell.Fault(reason: "after its last round: \(error)", maximumError: nil)
        }
    }

    /// Whether the last call counted other pairs than the kernel says.
    func pairFault(of kernel: LoadedKernel, _ cell: RunningCell) -> RunningCell.Fault? {
        guard let counted = kernel.prepared.computedPairs, let stated = cell.known.work.computedPairs, counted != stated
        else {
            return nil
        }
        return RunningCell.Fault(
            reason: "a timed call went through \(counted) pairs, not \(stated) as the kernel says",
            maximumError: cell.preparation.maximumError)
    }
}
